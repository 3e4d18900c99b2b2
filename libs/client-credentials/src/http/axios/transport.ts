import {
  AxiosHeaders,
  getAdapter,
  type AxiosAdapter,
  type AxiosRequestConfig,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios';
import { copyOf } from './call-options.js';
import { isAxiosError } from './sanitize.js';

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
    const ofAnyCopy = forAnyCopy(adapter);
    if (adapter !== getAdapter('http')) return { adapter: ofAnyCopy, isHttp: false, takesAgents: false };
    known = always({ adapter: ofAnyCopy, isHttp: true });
    return known();
  };
}

function always(terms: Omit<Transport, 'takesAgents'>): () => Transport {
  const transport = { ...terms, takesAgents: true };
  return () => transport;
}

/**
 * An adapter of our copy of axios for calls of any copy: before 1.9 each understands no headers but its own. There are two where ES modules and CommonJS
 * meet, for instance in an ES module with `@nestjs/axios` 3 or 4.
 */
function forAnyCopy(adapter: AxiosAdapter): AxiosAdapter {
  return (config) => (config.headers instanceof AxiosHeaders ? adapter(config) : translated(adapter, config));
}

async function translated(adapter: AxiosAdapter, config: InternalAxiosRequestConfig): Promise<AxiosResponse> {
  const ours = copyOf(config);
  ours.headers = new AxiosHeaders(Object.fromEntries(Object.entries(config.headers)));
  try {
    return plainly(await adapter(ours));
  } catch (error) {
    if (isAxiosError(error) && error.response !== undefined) plainly(error.response);
    throw error;
  }
}

/** Plain headers are understood by every copy. */
function plainly(response: AxiosResponse): AxiosResponse {
  return Object.assign(response, { headers: Object.fromEntries(Object.entries(response.headers)) });
}
