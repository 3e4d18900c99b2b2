import { ClientCredentialsError } from '../../base/errors.js';
import { frozenRequest, type OutboundCall, type TokenRequest } from '../../config/token-request.js';
import type { TokenSource } from '../../token/token-source.js';
import { unlessAborted } from '../../base/abort.js';
import { allowedOriginsOf, mayCarryToken } from '../allowed-origins.js';
import { sendAuthorized } from '../authorized-call.js';
import { discardResponse, attachReason, sendFetch, type FetchCall } from './attempt.js';
import { bodyCopyOf, requestBodyOf } from '../request-body.js';
import { userInfoProblem } from '../errors.js';

/** What may be said of a call beside what `fetch` knows. */
export interface AuthorizedRequestInit extends RequestInit {
  /** `false` sends the call without a token; an object says what token it needs. */
  clientCredentials?: false | TokenRequest;
}

/** A `fetch` whose calls carry a token. */
export type AuthorizedFetch = (
  input: string | URL | Request,
  init?: AuthorizedRequestInit,
) => Promise<Response>;

/**
 * Puts a source's tokens on the calls of a `fetch`, and acquires a new one when the API refuses one (RFC 6750).
 *
 * The token goes to allowed origins only: name them, or set `api.baseURL`. Redirects are followed here, since `fetch` would carry a
 * header other than `Authorization` to any host. A call is sent at most twice, with the same bytes.
 *
 * @param source - where the tokens come from
 * @param fetch - what sends the calls; the default is the global one
 * @example
 * ```ts
 * const fetchInvoices = authorizeFetch(tokens.source('billing'));
 * const response = await fetchInvoices('https://api.example.com/invoices');
 * ```
 */
export function authorizeFetch(source: TokenSource, fetch?: typeof globalThis.fetch): AuthorizedFetch {
  return async (input, givenInit) => {
    const { clientCredentials = {}, ...init } = givenInit ?? {};
    const wishes = clientCredentials === false ? false : frozenRequest(clientCredentials);
    const send = fetch ?? globalThis.fetch;
    const given = typeof input === 'object' && 'headers' in input ? input : undefined;
    const url = new URL(typeof input === 'object' && 'headers' in input ? input.url : input);
    const headers = new Headers(init.headers ?? given?.headers);
    if (wishes === false) return send(input, init);
    init.body &&= bodyCopyOf(init.body);
    const method = (init.method ?? given?.method ?? 'GET').toUpperCase();
    const outbound = (): OutboundCall => ({ method, url: url.href, headers: Object.fromEntries(headers) });
    const signal = init.signal ?? given?.signal ?? undefined;
    const hasOwnToken = ({ api: { placement } }: TokenSource): boolean =>
      'header' in placement ? headers.has(placement.header) : url.searchParams.has(placement.query);
    const find = async (): Promise<TokenSource> => source.sourceFor(wishes, outbound);
    // Whose call it is matters only where it may get a token.
    const serving = await unlessAborted(find(), signal).catch((error: unknown) => {
      if (hasOwnToken(source) && error instanceof ClientCredentialsError) return source;
      throw error;
    });
    if (hasOwnToken(serving)) return send(input, init);
    const { api } = serving;
    const allowed = allowedOriginsOf(api);
    if (!mayCarryToken(url, allowed)) {
      if (allowed.size === 0) warnOfNoOrigin(serving);
      return send(input, init);
    }
    if (`${url.username}${url.password}` !== '') throw userInfoProblem(source.provider);

    const body = requestBodyOf(init.body ?? given?.body ?? undefined);
    if (body.contentType !== undefined) headers.set('content-type', body.contentType);
    const redirect = init.redirect ?? given?.redirect ?? 'follow';
    const call: FetchCall = {
      provider: source.provider,
      fetch: send,
      isGlobalFetch: fetch === undefined,
      api,
      allowed,
      url,
      method,
      headers,
      body,
      redirect,
      signal,
      init: { ...settingsOf(given), ...init },
    };
    return sendAuthorized<Response>(serving, {
      request: api.requestFor(outbound, wishes),
      isRepeatable: body.isRepeatable,
      send: (token) => sendFetch(call, token),
      wait: (get) => unlessAborted(get(signal), signal),
      discard: discardResponse,
      attachReason: attachReason,
    });
  };
}

/** What a request says beside what is read from it anyway. */
function settingsOf(given: Request | undefined): RequestInit {
  if (given === undefined) return {};
  const { credentials, integrity, keepalive, mode, referrerPolicy } = given;
  return { credentials, integrity, keepalive, mode, referrerPolicy };
}

function warnOfNoOrigin({ api, provider }: TokenSource): void {
  api.warnOnce(
    'no-origin',
    `No call of "${provider}" gets a token, since no origin is allowed to have it. Set api.baseURL or allowedOrigins to an https address, or http on loopback.`,
  );
}
