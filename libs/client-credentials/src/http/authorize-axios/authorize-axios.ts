import type { InternalAxiosRequestConfig } from 'axios';
import type { TokenRequest } from '../../config/token-request.js';
import type { BearerSource, TokenSource } from '../../token/token-source.js';
import { attachmentOf, type AuthorizeOptions } from '../source-attachment.js';
import { AuthorizedAdapter } from './adapter.js';
import { handlerOf, keepLast } from './last-interceptor.js';

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
  readonly defaults: { readonly baseURL?: string | undefined };
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
 * @param instance - any axios instance, by its shape
 * @param source - where the tokens come from: a source of this library, or any object with `getToken()`
 * @param options - `allowedOrigins` in the place of the source's own and of the instance's `baseURL`
 * @returns a function that detaches the instance from the source
 * @throws `ClientCredentialsError` `invalid_configuration` if the source or an origin is none
 * @example
 * ```ts
 * const api = axios.create({ baseURL: 'https://api.example.com' });
 * const detach = authorizeAxios(api, tokens.source('billing'));
 * await api.get('/invoices', { clientCredentials: { scope: 'invoices.read' } });
 * ```
 */
export function authorizeAxios(
  instance: AuthorizableAxios,
  source: TokenSource | BearerSource,
  options?: AuthorizeOptions,
): () => void {
  const { request } = instance.interceptors;
  const adapter = new AuthorizedAdapter(instance, attachmentOf(source, options));
  const handler = handlerOf((config) => adapter.attachTo(config));
  const id = request.use(handler.fulfilled, null, { synchronous: true });
  const alone = handlerOf((config) => adapter.attachUnseen(config));
  const release = keepLast(request, { handler, alone });
  return () => {
    adapter.detach();
    release();
    request.eject(id);
  };
}
