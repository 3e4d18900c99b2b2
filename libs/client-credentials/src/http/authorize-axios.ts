import type { InternalAxiosRequestConfig } from 'axios';
import type { TokenRequest } from '../core/options.js';
import type { TokenSource } from '../core/token-source.js';
import { AuthorizedAdapter, type NamedAdapter } from './authorized-adapter.js';

declare module 'axios' {
  interface AxiosRequestConfig {
    /**
     * For a call through an authorized instance: `false` sends it without a token; an object says what token it needs.
     */
    clientCredentials?: false | TokenRequest;
  }
}

/** What `authorizeAxios` needs of an axios instance: any that has these will do, whichever copy of axios it is from. */
export interface AuthorizableAxios {
  readonly defaults: { baseURL?: string | undefined };
  readonly interceptors: {
    readonly request: {
      use(
        onFulfilled: (config: InternalAxiosRequestConfig) => InternalAxiosRequestConfig,
        onRejected: null,
        options: { synchronous: boolean },
      ): number;
      eject(id: number): void;
    };
  };
}

/**
 * Puts a source's tokens on the calls of an axios instance, and acquires a new one when the API refuses one (RFC 6750).
 *
 * The token is added where axios hands the request to its adapter, after every interceptor, and only for an allowed
 * origin; it is seen in no config, response or error. A call is sent at most twice, with the same bytes.
 *
 * @returns a function that ends it
 * @example
 * ```ts
 * const api = axios.create({ baseURL: 'https://api.example.com' });
 * const detach = authorizeAxios(api, tokens.source('billing'));
 * await api.get('/invoices', { clientCredentials: { scope: 'invoices.read' } });
 * ```
 */
export function authorizeAxios(instance: AuthorizableAxios, source: TokenSource): () => void {
  const authorized = new AuthorizedAdapter(instance.defaults, source);
  const id = instance.interceptors.request.use((config) => attach(config, authorized), null, {
    synchronous: true,
  });
  return () => {
    authorized.isDetached = true;
    instance.interceptors.request.eject(id);
  };
}

/**
 * Wraps the adapter that the call will be handed to. An interceptor that runs later may still name another one; that is
 * wrapped as well.
 */
function attach(
  config: InternalAxiosRequestConfig,
  authorized: AuthorizedAdapter,
): InternalAxiosRequestConfig {
  let named: NamedAdapter = config.adapter;
  let wrapped = authorized.wrap(named);
  return Object.defineProperty(config, 'adapter', {
    configurable: true,
    enumerable: true,
    get: () => wrapped,
    set: (adapter: NamedAdapter) => {
      named = adapter;
      wrapped = authorized.wrap(named);
    },
  });
}
