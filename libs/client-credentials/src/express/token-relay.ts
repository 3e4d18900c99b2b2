import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Attachment, TokenPlacement } from '../token/attachment.js';
import { ClientCredentialsError } from '../base/errors.js';
import { checkedRequest, type OutboundCall, type TokenRequest } from '../config/token-request.js';
import type { BearerSource, TokenSource } from '../token/token-source.js';
import { attachmentOf } from '../http/source-attachment.js';
import { lowerCased } from '../http/headers.js';
import { errorForNext, type Middleware, type Next } from './middleware.js';
import { boundToKey, noSource, shownInQuery, TokenRelayError } from './relay-error.js';
import { keepRelayed, onResponse, type UpstreamAnswer } from './upstream-answer.js';

/** Options of a relay: the token request, and `replaceAuthorization`. */
export interface TokenRelayOptions extends TokenRequest {
  /**
   * Whether the token replaces the caller's own token. By default a request with its own token continues unchanged.
   *
   * @defaultValue `false`
   */
  replaceAuthorization?: boolean;
}

/** A middleware that adds a token to requests, with a callback for the upstream responses. */
export interface TokenRelay<Request extends IncomingMessage> extends Middleware<Request> {
  /** Callback for every response of the upstream service: see {@link tokenRelay}. */
  readonly onResponse: (answer: UpstreamAnswer, request: IncomingMessage) => void;
}

/** The source of a relay's tokens, or a function that names one for each request. */
export type RelaySource<Request> =
  | TokenSource
  | BearerSource
  | ((request: Request) => TokenSource | BearerSource | Promise<TokenSource | BearerSource>);

function relayOf<Request extends IncomingMessage>(
  source: RelaySource<Request>,
  { replaceAuthorization = false, ...given }: TokenRelayOptions = {},
): TokenRelay<Request> {
  const configured = checkedRequest(given);
  const relay = async (request: Request): Promise<void> => {
    const named: TokenSource | BearerSource | undefined =
      typeof source === 'function' ? await source(request) : source;
    if (named === undefined) throw noSource();
    const attachment = await attachmentFor(attachmentOf(named), request, configured, replaceAuthorization);
    const { placement, headers, proofSigner, provider } = attachment;
    if (!replaceAuthorization && hasOwnToken(request, placement)) return;
    if (proofSigner !== undefined) throw boundToKey(provider);
    if ('query' in placement) throw shownInQuery(provider);
    const tokenRequest = attachment.requestFor?.(() => outboundCall(request), configured) ?? configured;
    const token = await attachment.getToken(tokenRequest);
    Object.assign(request.headers, lowerCased(headers));
    request.headers[placement.header.toLowerCase()] = token.authorization;
    keepRelayed(request, { attachment, request: tokenRequest, token });
  };
  return Object.assign(
    (request: Request, response: unknown, next: Next): void => {
      void handOn(relay(request), request, response, next);
    },
    { onResponse },
  );
}

async function handOn(
  relayed: Promise<void>,
  request: IncomingMessage,
  response: unknown,
  next: Next,
): Promise<void> {
  try {
    await relayed;
  } catch (error) {
    const failure = relayErrorOf(error);
    if (failure instanceof TokenRelayError) setHeaders(response, failure.headers);
    next(errorForNext(failure));
    return;
  }
  // A proxy would not notice that the caller has disconnected, and would wait for the upstream response.
  if (!hasLeft(request)) next();
}

/** Sets the headers on the response: some error handlers ignore the headers of an error. */
function setHeaders(response: unknown, headers: Readonly<Record<string, string>>): void {
  if (!(response instanceof ServerResponse) || response.headersSent) return;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

/** Whether the caller has disconnected. The request of a test may have no socket. */
function hasLeft({ socket }: Partial<IncomingMessage>): boolean {
  return socket?.destroyed === true;
}

/** Attachment of the request's tenant. An unknown tenant is no error for a request that keeps its own token. */
async function attachmentFor(
  attachment: Attachment,
  request: IncomingMessage,
  configured: TokenRequest,
  isReplaced: boolean,
): Promise<Attachment> {
  try {
    return await attachment.forCall(configured, () => outboundCall(request));
  } catch (error) {
    if (!isReplaced && hasOwnToken(request, attachment.placement)) return attachment;
    throw error;
  }
}

/** The call as `tokenFor` sees it. The URL is the gateway's own: only the proxy knows the target. */
function outboundCall({ method = 'GET', url = '', headers }: IncomingMessage): OutboundCall {
  return { method: method.toUpperCase(), url, headers: lowerCased(headers) };
}

/** A `TokenRelayError` for an error of this library; any other error is returned unchanged. */
function relayErrorOf(error: unknown): unknown {
  return error instanceof ClientCredentialsError ? new TokenRelayError(error) : error;
}

function hasOwnToken({ headers, url = '' }: IncomingMessage, placement: TokenPlacement): boolean {
  if ('header' in placement) return headers[placement.header.toLowerCase()] !== undefined;
  return queryOf(url).has(placement.query);
}

function queryOf(url: string): URLSearchParams {
  return new URLSearchParams(url.split('?').slice(1).join('?'));
}

/** Type of {@link tokenRelay}. */
export interface TokenRelayFactory {
  <Request extends IncomingMessage>(
    source: RelaySource<Request>,
    options?: TokenRelayOptions,
  ): TokenRelay<Request>;
  /**
   * Callback for the responses of the upstream service, which drops a refused token.
   *
   * A token that itself replaced a refused one stays for `reacquire.cooldownSeconds`. A response to a request without a
   * relayed token is ignored.
   */
  readonly onResponse: (answer: UpstreamAnswer, request: IncomingMessage) => void;
}

/**
 * Creates a middleware that adds a token to incoming requests, for the proxy behind the middleware.
 *
 * A header of the caller with the same name is kept, unless `replaceAuthorization` is set. The proxy alone decides where
 * the token goes; `allowedOrigins` does not apply.
 *
 * A token in the query and a token bound to a key (`dpop`) cannot be relayed. For a token bound to a certificate, the
 * proxy must present the certificate. `tokenFor` sees the gateway's own URL.
 *
 * A proxied request is not sent twice. With `onResponse`, a 401 drops the token, and the next request gets a new token.
 *
 * @param source - the token source, or a function that returns the source for a request
 * @param options - the token request, and `replaceAuthorization`
 * @returns a middleware; without a token it calls `next` with a {@link TokenRelayError}, a 502 or 503
 * @example
 * ```ts
 * app.use('/signeasy', tokenRelay(tokens.source('signeasy')), createProxyMiddleware({
 *   target: 'https://api.signeasy.com', changeOrigin: true, on: { proxyRes: tokenRelay.onResponse },
 * }));
 * ```
 */
export const tokenRelay: TokenRelayFactory = Object.assign(relayOf, { onResponse });
