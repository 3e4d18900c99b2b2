import { unlessAborted } from '../../base/abort.js';
import { ClientCredentialsError } from '../../base/errors.js';
import { checkedRequest, type TokenRequest } from '../../config/token-request.js';
import type { Attachment, CallToken } from '../../token/attachment.js';
import type { BearerSource, TokenSource } from '../../token/token-source.js';
import { allowedOriginsOf, mayCarryToken } from '../allowed-origins.js';
import type { AuthorizedCall, NextStep } from '../attempt.js';
import { sendAuthorized } from '../authorized-call.js';
import { userInfoProblem, warnOfNoOrigin } from '../errors.js';
import { isAuthorizationRefusal } from '../final-responses.js';
import { withheld } from '../refusal-reasons.js';
import { attachmentOf, type AuthorizeOptions } from '../source-attachment.js';
import { hasUserInfo } from '../url.js';
import { discardResponse, FetchAttempt, type FetchRequest } from './attempt.js';
import { ShortWay, type Begun } from './short-way.js';
import { callOf, hasOwnToken, outboundCall, withBody, type ReadCall } from './read-call.js';

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
  const shortWay = new ShortWay(attachment);
  const goLong = async (
    input: string | URL | Request,
    given: AuthorizedRequestInit,
    { token, init: begun, sent }: Begun = {},
  ): Promise<Response> => {
    const init: AuthorizedRequestInit = sent?.init ?? begun ?? given;
    const { clientCredentials = {}, ...plainInit } = init;
    const send = fetch ?? globalThis.fetch;
    if (clientCredentials === false) return send(input, plainInit);
    const call = callOf(input, plainInit);
    const request = checkedRequest(clientCredentials);
    const serving = await attachmentFor(attachment, request, call);
    if (hasOwnToken(call, serving)) return send(input, call.init);
    const allowed = allowedOriginsOf(serving);
    if (!mayCarryToken(call.url, allowed)) {
      if (allowed.size === 0) warnOfNoOrigin(serving);
      return warnIfRefused(await send(input, call.init), serving, call.url.origin, allowed);
    }
    if (hasUserInfo(call.url)) throw userInfoProblem(serving.provider);
    const authorized = new FetchCall(
      { ...withBody(call), fetch: send, isGlobalFetch: fetch === undefined, attachment: serving, allowed },
      serving.requestFor?.(() => outboundCall(call), request) ?? request,
      sent?.response,
    );
    return sendAuthorized(authorized, token instanceof Promise ? unlessAborted(token, call.signal) : token);
  };
  // Not an async function: a promise that is returned by one settles three microtasks later.
  return (input, init = {}) => {
    try {
      return shortWay.send(fetch ?? globalThis.fetch, input, init, (begun) => goLong(input, init, begun));
    } catch (error) {
      return Promise.reject(error);
    }
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

/** One call of `fetch` that gets a token. */
class FetchCall implements AuthorizedCall<FetchAttempt, Response> {
  readonly request: TokenRequest;
  readonly #call: FetchRequest;

  #sent: Response | undefined;

  /** @param sent - the first response, if the call was sent already */
  constructor(call: FetchRequest, request: TokenRequest, sent?: Response) {
    this.#call = call;
    this.request = request;
    this.#sent = sent;
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
    const sent = this.#sent;
    this.#sent = undefined;
    return next(this, token, await FetchAttempt.send(this.#call, token, sent));
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
