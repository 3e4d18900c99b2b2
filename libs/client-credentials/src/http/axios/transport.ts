import axios, {
  getAdapter,
  type AxiosAdapter,
  type AxiosRequestConfig,
  type InternalAxiosRequestConfig,
} from 'axios';
import { sendsInClear } from '../../base/clear-proxy.js';

/** The `adapter` of a config: a function, a name or a list of names. */
export type NamedAdapter = AxiosRequestConfig['adapter'];

/** The adapter behind the wrapper. */
export interface Transport {
  readonly adapter: AxiosAdapter;
  /** Whether the adapter is axios's http adapter, which calls `beforeRedirect`. */
  readonly isHttp: boolean;
  /** Whether the adapter uses the config's agents: axios's fetch adapter does not. */
  readonly takesAgents: boolean;
  /** Whether the adapter is one of axios's own, which keep no config. Others may: a mock has a history of what it was sent. */
  readonly isOfAxios: boolean;
  /** Whether the adapter would hand an https call to a proxy in the clear. */
  readonly sendsInClear: boolean;
}

const OLD = sendsInClear(axios);

const DEFAULT_ADAPTERS: NamedAdapter = ['http', 'fetch'];

/** Resolves the `adapter` of configs: once, unless axios resolves it differently for each config. */
export function transportOf(given: NamedAdapter): (config: InternalAxiosRequestConfig) => Transport {
  if (typeof given === 'function') {
    const isHttp = given === getAdapter('http');
    const transport = {
      adapter: given,
      isHttp,
      takesAgents: true,
      isOfAxios: isHttp,
      sendsInClear: OLD,
    };
    return () => transport;
  }
  // Axios treats every falsy adapter as none.
  const named = given || DEFAULT_ADAPTERS;
  let known: Transport | undefined;
  return (config) => {
    if (known !== undefined) return known;
    // Newer versions of axios choose the fetch by the config's `env`.
    const resolve = getAdapter as (named: NamedAdapter, config: InternalAxiosRequestConfig) => AxiosAdapter;
    const adapter = resolve(named, config);
    if (adapter !== getAdapter('http'))
      return { adapter, isHttp: false, takesAgents: false, isOfAxios: true, sendsInClear: false };
    known = { adapter, isHttp: true, takesAgents: true, isOfAxios: true, sendsInClear: OLD };
    return known;
  };
}
