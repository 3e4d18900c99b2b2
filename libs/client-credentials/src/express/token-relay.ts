import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Attachment, CallToken, TokenPlacement } from '../token/attachment.js';
import { ClientCredentialsError } from '../base/errors.js';
import type { ApiAnswer } from '../config/provider-options.js';
import { frozenRequest, type OutboundCall, type TokenRequest } from '../config/token-request.js';
import type { BearerSource, TokenSource } from '../token/token-source.js';
import { judgeResponse } from '../http/authorized-call.js';
import { attachmentOf } from '../http/source-attachment.js';
import { claimsChallengeOf } from '../http/challenge.js';
import { lowerCased } from '../http/headers.js';
import { handedOn, type Middleware, type Next } from './middleware.js';
import { TokenRelayError } from './relay-error.js';

/** What a relay asks for, and what it may do. */
export interface TokenRelayOptions extends TokenRequest {
  /**
   * Whether the token takes the place of one that the caller sent. Else such a request goes on as it is.
   *
   * @defaultValue `false`
   */
  replaceAuthorization?: boolean;
}

/** An answer of the upstream service, as proxies show it. */
export interface UpstreamAnswer {
  readonly statusCode?: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A middleware that puts a token on requests, and what is to be told of the answers to them. */
export interface TokenRelay<Request extends IncomingMessage> extends Middleware<Request> {
  /** To be called with every answer of the upstream service: see {@link tokenRelay}. */
  readonly onResponse: (answer: UpstreamAnswer, request: IncomingMessage) => void;
}

/** What a request was given. */
interface Relayed {
  readonly attachment: Attachment;
  readonly request: TokenRequest;
  readonly token: CallToken;
}

interface RelayedMessage extends IncomingMessage {
  [RELAYED]?: Relayed;
}

// On the request itself, so that any relay, of any copy of this package, finds it.
const RELAYED = Symbol.for('nestjs-client-credentials.relayed');

/** The source of a relay's tokens, or a function that names one for each request. */
export type RelaySource<Request> =
  | TokenSource
  | BearerSource
  | ((request: Request) => TokenSource | BearerSource | Promise<TokenSource | BearerSource>);

function relayOf<Request extends IncomingMessage>(
  source: RelaySource<Request>,
  { replaceAuthorization = false, ...given }: TokenRelayOptions = {},
): TokenRelay<Request> {
  const wanted = frozenRequest(given);
  const relay = async (request: Request): Promise<void> => {
    const named: TokenSource | BearerSource | undefined =
      typeof source === 'function' ? await source(request) : source;
    if (named === undefined) throw noSource();
    const attachment = await attachmentFor(attachmentOf(named), request, wanted, replaceAuthorization);
    const { placement, headers, proofSigner, provider } = attachment;
    if (!replaceAuthorization && hasOwnToken(request, placement)) return;
    if (proofSigner !== undefined) throw boundToKey(provider);
    if ('query' in placement) throw shownInQuery(provider);
    const tokenRequest = attachment.requestFor?.(() => outboundCall(request), wanted) ?? wanted;
    const token = await attachment.getToken(tokenRequest);
    Object.assign(request.headers, lowerCased(headers));
    request.headers[placement.header.toLowerCase()] = token.authorization;
    const relayed: Relayed = { attachment, request: tokenRequest, token };
    Object.defineProperty(request, RELAYED, { value: relayed, configurable: true });
  };
  return Object.assign(
    (request: Request, response: unknown, next: Next): void => {
      void handOn(relay(request), request, response, next);
    },
    { onResponse },
  );
}

function onResponse({ statusCode = 0, headers }: UpstreamAnswer, message: IncomingMessage): void {
  const { [RELAYED]: relayed }: RelayedMessage = message;
  if (relayed === undefined) return;
  const { attachment, request, token } = relayed;
  const response = { status: statusCode, headers: lowerCased(headers), data: undefined };
  if (!isRefused(attachment, token, response)) return;
  const claims = claimsChallengeOf(response.headers['www-authenticate'])?.claims;
  // Nobody waits: a source of the user may reject.
  void (async () => attachment.refuse(token, request, claims))().catch(() => undefined);
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
    const failure = answerable(error);
    if (failure instanceof TokenRelayError) setHeaders(response, failure.headers);
    next(handedOn(failure));
    return;
  }
  // Of a caller who is gone by now the proxy would never learn: it would open a connection, and wait.
  if (!hasLeft(request)) next();
}

/** Not every handler of errors looks for headers in them. */
function setHeaders(response: unknown, headers: Readonly<Record<string, string>>): void {
  if (!(response instanceof ServerResponse) || response.headersSent) return;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

/** A request that a test made up has no connection. */
function hasLeft({ socket }: Partial<IncomingMessage>): boolean {
  return socket?.destroyed === true;
}

/** The attachment of a request's tenant. It does not matter where the caller's own token goes on as it is. */
async function attachmentFor(
  attachment: Attachment,
  request: IncomingMessage,
  wanted: TokenRequest,
  isReplaced: boolean,
): Promise<Attachment> {
  try {
    return await attachment.forCall(wanted, () => outboundCall(request));
  } catch (error) {
    if (!isReplaced && hasOwnToken(request, attachment.placement)) return attachment;
    throw error;
  }
}

/** Where it will be sent is the proxy's affair: the address is the gateway's own. */
function outboundCall({ method = 'GET', url = '', headers }: IncomingMessage): OutboundCall {
  return { method: method.toUpperCase(), url, headers: lowerCased(headers) };
}

/** An error as an answer can be made of it. */
function answerable(error: unknown): unknown {
  return error instanceof ClientCredentialsError ? new TokenRelayError(error) : error;
}

/** Whether the configuration takes a response for a refusal. A predicate that fails for want of the body gives way to the status. */
function isRefused(attachment: Attachment, token: CallToken, response: ApiAnswer): boolean {
  try {
    return judgeResponse(attachment, token, response);
  } catch {
    return response.status === 401;
  }
}

function hasOwnToken({ headers, url = '' }: IncomingMessage, placement: TokenPlacement): boolean {
  if ('header' in placement) return headers[placement.header.toLowerCase()] !== undefined;
  return queryOf(url).has(placement.query);
}

function queryOf(url: string): URLSearchParams {
  return new URLSearchParams(url.split('?').slice(1).join('?'));
}

function shownInQuery(provider: string): ClientCredentialsError {
  return new ClientCredentialsError(
    `A token of "${provider}" goes in the query (dialect.authorization.query), where a proxy would show it in its errors and logs. Send it with authorizeAxios or authorizeFetch, or use a provider that takes it in a header for the relay.`,
    { code: 'invalid_configuration', provider },
  );
}

function noSource(): ClientCredentialsError {
  return new ClientCredentialsError(
    'The function given to tokenRelay names no source for a request. Have it return one, such as tokens.source(name), for every request.',
    { code: 'invalid_configuration' },
  );
}

function boundToKey(provider: string): ClientCredentialsError {
  return new ClientCredentialsError(
    `A token of "${provider}" goes with a proof for the very request that it is sent with (dpop), which only who sends the request can make. Send it with authorizeAxios or authorizeFetch, or use a provider without dpop for the relay.`,
    { code: 'invalid_configuration', provider },
  );
}

/** The type of {@link tokenRelay}. */
export interface TokenRelayFactory {
  <Request extends IncomingMessage>(
    source: RelaySource<Request>,
    options?: TokenRelayOptions,
  ): TokenRelay<Request>;
  /**
   * Tells of an upstream answer, so that a token that was refused is not used again. A token that had itself just replaced a
   * refused one stays for `reacquire.cooldownSeconds`. Requests that no relay put a token on are none of its business.
   */
  readonly onResponse: (answer: UpstreamAnswer, request: IncomingMessage) => void;
}

/**
 * Puts a token on the incoming request, for the proxy that follows to send on. What the caller sent under the same name goes on as it is, unless
 * `replaceAuthorization` is set. Where the proxy sends it is the gateway's own affair: the token goes to its target.
 *
 * A token in the query, and one that is bound to a key (dpop), cannot be relayed; for one that is bound to a certificate the proxy presents the certificate.
 * `tokenFor` sees the address as the gateway has it.
 *
 * A proxied request is not sent twice. Have `tokenRelay.onResponse` told of the answers: after a 401 the token is dropped, and the next
 * request gets a new one.
 *
 * @param source - where the tokens come from, or a function that says so for a request
 * @param options - the scope, audience, tenant and the like of the token; the tenant of the context is used where there is one
 * @returns a middleware. If no token can be had it calls `next` with a {@link TokenRelayError}, a 502 or 503.
 * @example
 * ```ts
 * app.use('/signeasy', tokenRelay(tokens.source('signeasy')), createProxyMiddleware({
 *   target: 'https://api.signeasy.com', changeOrigin: true, on: { proxyRes: tokenRelay.onResponse },
 * }));
 * ```
 */
export const tokenRelay: TokenRelayFactory = Object.assign(relayOf, { onResponse });
