import { unlessAborted } from '../../base/abort.js';
import { ClientCredentialsError } from '../../base/errors.js';
import { frozenRequest, type OutboundCall, type TokenRequest } from '../../config/token-request.js';
import type { Attachment, CallToken } from '../../token/attachment.js';
import type { BearerSource, TokenSource } from '../../token/token-source.js';
import { allowedOriginsOf, mayCarryToken } from '../allowed-origins.js';
import {
  isAuthorizationRefusal,
  sendAuthorized,
  type AuthorizedCall,
  type NextStep,
} from '../authorized-call.js';
import { userInfoProblem, warnOfNoOrigin } from '../errors.js';
import { bodyCopyOf, requestBodyOf } from '../request-body.js';
import { withheld } from '../refusal-reasons.js';
import { attachmentOf, type AuthorizeOptions } from '../source-attachment.js';
import { hasUserInfo } from '../url.js';
import { discardResponse, FetchAttempt, type FetchBody, type FetchRequest } from './attempt.js';
import { KeptBody } from './kept-body.js';

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
 * @param source - where the tokens come from: a source of this library, or any object with `getToken()`
 * @param fetch - what sends the calls. Default: the platform's `fetch`, read at each call
 * @param options - `allowedOrigins` in the place of the source's own
 * @throws `ClientCredentialsError` `invalid_configuration` if the source or an origin is none
 * @example
 * ```ts
 * const fetchInvoices = authorizeFetch(tokens.source('billing'));
 * const response = await fetchInvoices('https://api.example.com/invoices');
 * ```
 */
export function authorizeFetch(
  source: TokenSource | BearerSource,
  fetch?: typeof globalThis.fetch,
  options?: AuthorizeOptions,
): AuthorizedFetch {
  const attachment = attachmentOf(source, options);
  return async (input, init = {}) => {
    const { clientCredentials = {}, ...plainInit } = init;
    const send = fetch ?? globalThis.fetch;
    if (clientCredentials === false) return send(input, plainInit);
    const call = callOf(input, plainInit);
    const request = frozenRequest(clientCredentials);
    const serving = await attachmentFor(attachment, request, call);
    if (hasOwnToken(call, serving)) return send(input, call.init);
    const allowed = allowedOriginsOf(serving);
    if (!mayCarryToken(call.url, allowed)) {
      if (allowed.size === 0) warnOfNoOrigin(serving);
      return warnIfRefused(await send(input, call.init), serving, call.url.origin, allowed);
    }
    if (hasUserInfo(call.url)) throw userInfoProblem(serving.provider);
    return sendAuthorized(
      new FetchCall(
        { ...withBody(call), fetch: send, isGlobalFetch: fetch === undefined, attachment: serving, allowed },
        serving.requestFor?.(() => outboundCall(call), request) ?? request,
      ),
    );
  };
}

/** Warns where a call that went without the token because of its origin was refused. */
function warnIfRefused(
  response: Response,
  attachment: Attachment,
  origin: string,
  allowed: ReadonlySet<string>,
): Response {
  if (isAuthorizationRefusal(response.status) && allowed.size > 0)
    attachment.warnOnce(`elsewhere ${origin}`, withheld(attachment.provider, origin, allowed));
  return response;
}

/** The parts of a call that decide where its token goes. */
interface ReadCall extends Pick<FetchRequest, 'url' | 'method' | 'headers' | 'redirect' | 'signal' | 'init'> {
  readonly given: Request | undefined;
}

function callOf(input: string | URL | Request, init: RequestInit): ReadCall {
  const given = isRequest(input) ? input : undefined;
  init.body &&= bodyCopyOf(init.body);
  return {
    given,
    url: new URL(isRequest(input) ? input.url : input),
    method: (init.method ?? given?.method ?? 'GET').toUpperCase(),
    headers: new Headers(init.headers ?? given?.headers),
    redirect: init.redirect ?? given?.redirect ?? 'follow',
    signal: init.signal ?? given?.signal ?? undefined,
    init,
  };
}

/** By its shape: there are implementations of Request beside the platform's. */
function isRequest(input: string | URL | Request): input is Request {
  return typeof input === 'object' && 'headers' in input;
}

function withBody(
  call: ReadCall,
): Pick<FetchRequest, 'url' | 'method' | 'headers' | 'redirect' | 'signal' | 'init' | 'body'> {
  const { given, ...rest } = call;
  const init = { ...settingsOf(given), ...call.init };
  const isOfRequest = isBody(given?.body) && !isBody(call.init.body);
  if (isOfRequest && given instanceof Request) return { ...rest, init, body: requestsBody(given) };
  const { data, isRepeatable, contentType } = requestBodyOf(call.init.body ?? given?.body ?? undefined);
  if (contentType !== undefined) call.headers.set('content-type', contentType);
  const isThere = data !== undefined && data !== null;
  return { ...rest, init, body: { isThere, isRepeatable, data, takeRequest: () => undefined } };
}

function isBody(body: unknown): boolean {
  return body !== undefined && body !== null;
}

/** The body of a Request, kept while it is sent. */
function requestsBody(given: Request): FetchBody {
  const copy = given.clone().body;
  const kept = copy === null ? undefined : new KeptBody(copy);
  let request: Request | undefined = given;
  return {
    isThere: true,
    get isRepeatable() {
      return kept?.bytes !== undefined;
    },
    get data() {
      return kept?.bytes;
    },
    takeRequest() {
      const taken = request;
      request = undefined;
      return taken;
    },
  };
}

/** The settings of a Request that are not read from it in another way. */
function settingsOf(given: Request | undefined): RequestInit {
  if (given === undefined) return {};
  const { credentials, integrity, keepalive, mode, referrerPolicy } = given;
  return { credentials, integrity, keepalive, mode, referrerPolicy };
}

/** The attachment of the call's tenant. Nobody needs to know the tenant of a call that has a token of its own. */
async function attachmentFor(
  attachment: Attachment,
  request: TokenRequest,
  call: ReadCall,
): Promise<Attachment> {
  if (attachment.isTenantKnown) return attachment;
  try {
    const find = async (): Promise<Attachment> => attachment.forCall(request, () => outboundCall(call));
    return await unlessAborted(find(), call.signal);
  } catch (error) {
    if (hasOwnToken(call, attachment) && error instanceof ClientCredentialsError) return attachment;
    throw error;
  }
}

function outboundCall({ method, url, headers }: ReadCall): OutboundCall {
  return { method, url: url.href, headers: Object.fromEntries(headers) };
}

function hasOwnToken({ headers, url }: ReadCall, { placement }: Attachment): boolean {
  return 'header' in placement ? headers.has(placement.header) : url.searchParams.has(placement.query);
}

/** One call of `fetch` that gets a token. */
class FetchCall implements AuthorizedCall<FetchAttempt, Response> {
  readonly request: TokenRequest;
  readonly #call: FetchRequest;

  constructor(call: FetchRequest, request: TokenRequest) {
    this.#call = call;
    this.request = request;
  }

  get attachment(): Attachment {
    return this.#call.attachment;
  }

  get isRepeatable(): boolean {
    return this.#call.body.isRepeatable;
  }

  getToken(): CallToken | Promise<CallToken> {
    const { signal, attachment } = this.#call;
    signal?.throwIfAborted();
    const token = attachment.getToken(this.request, signal);
    return token instanceof Promise ? unlessAborted(token, signal) : token;
  }

  async send<T>(token: CallToken, next: NextStep<FetchAttempt, Response, T>): Promise<T> {
    return next(this, token, await FetchAttempt.send(this.#call, token));
  }

  finish({ response }: FetchAttempt): Response {
    return response;
  }

  discard({ response }: FetchAttempt): void {
    discardResponse(response);
  }

  attachReason({ response }: FetchAttempt, cause: Error): void {
    Object.defineProperty(response, 'cause', { value: cause, configurable: true, writable: true });
  }
}
