import type { Dispatcher } from 'undici';
import { invalidConfiguration } from '../base/errors.js';
import { attachmentOf, type AuthorizeOptions } from '../http/source-attachment.js';
import type { BearerSource, TokenSource } from '../token/token-source.js';
import { Calls } from './calls.js';

/** Options of {@link authorizeDispatcher}. */
export interface AuthorizeDispatcherOptions extends AuthorizeOptions {
  /**
   * `'dispatcher'` says that the dispatcher itself presents the client certificate that tokens are bound to, by its `connect` options.
   *
   * @defaultValue calls of a provider with a `certificate` fail with `invalid_configuration`
   * @see RFC 8705 §3
   */
  certificate?: 'dispatcher';
}

/**
 * An interceptor that puts a source's tokens on the requests of an undici dispatcher, and acquires a new one when the API refuses one
 * (RFC 6750): those of `undici.request`, `stream`, `pipeline` and `fetch`, and of the platform's `fetch` with this dispatcher.
 *
 * The token goes to allowed origins only: name them, or set `api.baseURL`. A request is sent at most twice, with the same bytes; a body
 * from an iterable is kept up to 1 MiB for that, and a Readable is sent once. `clientCredentials` among the options of a request says
 * what token it needs; `false` sends it without one. Where no token can be had, the request fails with the `ClientCredentialsError`;
 * under `fetch` that is the `cause` of its TypeError.
 *
 * The order in `compose`: `dns` and `cache` before this interceptor, `retry` and `redirect` after it. Then the cache sees the
 * `Authorization` header, and each retry and each redirect is judged by its own address and gets the token of its own time. undici 8
 * takes no `cache` before a `redirect`: there `redirect` comes first of all.
 *
 * @param source - where the tokens come from: a source of this library, or any object with `getToken()`
 * @throws `ClientCredentialsError` `invalid_configuration` if the source, an origin or an option is wrong
 * @example
 * ```ts
 * const dispatcher = new Agent().compose(authorizeDispatcher(tokens.source('billing')));
 * const { body } = await request('https://api.example.com/invoices', { dispatcher });
 * // The types of undici know no further options; a spread lets one pass.
 * const own = { clientCredentials: { scope: 'me' } };
 * await request('https://api.example.com/me', { dispatcher, ...own });
 * ```
 */
export function authorizeDispatcher(
  source: TokenSource | BearerSource,
  options: AuthorizeDispatcherOptions = {},
): Dispatcher.DispatcherComposeInterceptor {
  const { certificate } = options;
  if (certificate !== undefined && certificate !== 'dispatcher')
    throw invalidConfiguration([`certificate: must be 'dispatcher', or left out`]);
  const attachment = attachmentOf(source, options);
  return (dispatch) => {
    const calls = new Calls(dispatch, attachment, certificate === 'dispatcher');
    return (request, handler) => calls.dispatch(request, handler);
  };
}
