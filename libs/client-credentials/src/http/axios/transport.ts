import {
  getAdapter,
  type AxiosAdapter,
  type AxiosRequestConfig,
  type InternalAxiosRequestConfig,
} from 'axios';

/** An adapter as a config may name it. */
export type NamedAdapter = AxiosRequestConfig['adapter'];

/** What sends a call in the end. */
export interface Transport {
  readonly adapter: AxiosAdapter;
  /** Whether it is the http adapter of axios, which asks before it follows a redirect. */
  readonly isHttp: boolean;
  /** Whether it uses the agents that a config names: `fetch` does not. */
  readonly takesAgents: boolean;
}

const DEFAULT_ADAPTERS: NamedAdapter = ['http', 'fetch'];

/** What sends the calls of configs that name their adapter like this. It is looked up once, where it cannot depend on the call. */
export function transportOf(given: NamedAdapter): (config: InternalAxiosRequestConfig) => Transport {
  if (typeof given === 'function') return always({ adapter: given, isHttp: given === getAdapter('http') });
  // As axios has it, nothing of any kind is none.
  const named = given || DEFAULT_ADAPTERS;
  let known: (() => Transport) | undefined;
  return (config) => {
    if (known !== undefined) return known();
    // The config says which fetch to use, in versions of axios that ask.
    const resolve = getAdapter as (named: NamedAdapter, config: InternalAxiosRequestConfig) => AxiosAdapter;
    const adapter = resolve(named, config);
    if (adapter !== getAdapter('http')) return { adapter, isHttp: false, takesAgents: false };
    known = always({ adapter, isHttp: true });
    return known();
  };
}

function always(terms: Omit<Transport, 'takesAgents'>): () => Transport {
  const transport = { ...terms, takesAgents: true };
  return () => transport;
}
