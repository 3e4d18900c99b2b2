import type { Attachment, CallToken } from '../../token/attachment.js';
import type { Attempt } from '../attempt.js';
import { AuthorizedRequest } from '../authorized-request.js';
import { wantsNonce } from '../challenge.js';
import { certificateProblem } from '../errors.js';
import { BODY_HEADERS, MAX_REDIRECTS, nextHop, ORIGIN_BOUND_HEADERS } from '../redirect.js';
import { isReadable, parsedData } from '../response-data.js';
import { withoutToken } from '../url.js';

/** The body of a call, as often as it is sent. */
export interface FetchBody {
  readonly isThere: boolean;
  readonly isRepeatable: boolean;
  /** The Request to send in its first place: the platform knows the length of its body, which a stream does not tell. */
  takeRequest(): Request | undefined;
  /** What to send at any other time. */
  readonly data: RequestInit['body'] | undefined;
}

/** A call of `fetch` as the caller made it. */
export interface FetchRequest {
  readonly fetch: typeof globalThis.fetch;
  /** Whether it is the platform's `fetch`, which can present no client certificate. */
  readonly isGlobalFetch: boolean;
  readonly attachment: Attachment;
  /** The origins that may get the token. */
  readonly allowed: ReadonlySet<string>;
  readonly url: URL;
  /** Upper case. */
  readonly method: string;
  /** The caller's own headers, which are never changed. */
  readonly headers: Headers;
  readonly body: FetchBody;
  readonly redirect: string;
  readonly signal: AbortSignal | undefined;
  readonly init: RequestInit;
}

/** One sending of a `fetch` call with a token. Redirects are followed here: `fetch` would carry a token's own header to any host. */
export class FetchAttempt implements Attempt {
  readonly response: Response;
  readonly #request: AuthorizedRequest;
  readonly #hasOtherNonce: boolean;

  private constructor(response: Response, request: AuthorizedRequest, hasOtherNonce: boolean) {
    this.response = response;
    this.#request = request;
    this.#hasOtherNonce = hasOtherNonce;
  }

  /** @param sent - the first response, if the call was sent already */
  static async send(call: FetchRequest, token: CallToken, sent?: Response): Promise<FetchAttempt> {
    const { attachment, isGlobalFetch } = call;
    if (isGlobalFetch && attachment.agentOf(token) !== undefined)
      throw certificateProblem(attachment.provider);
    const request = new AuthorizedRequest(call.url, token, attachment, call.allowed);
    const headers = new Headers(call.headers);
    await request.signProof(call.method);
    request.applyTo(headers);
    let { method } = call;
    let hasBody = call.body.isThere;
    for (let count = 0; ; count += 1) {
      const first = count === 0 ? sent : undefined;
      const response = first ?? (await sendHop(call, request.url, initOf(call, method, headers), hasBody));
      const hasOtherNonce = request.needsProof && request.rememberNonce(Object.fromEntries(response.headers));
      const hop = { url: request.url, method, hasBody, isBodyRepeatable: call.body.isRepeatable };
      const location = response.headers.get('location');
      const next = call.redirect === 'follow' ? nextHop(hop, response.status, location) : undefined;
      if (next === undefined) return new FetchAttempt(shown(response, call, request), request, hasOtherNonce);
      discardResponse(response);
      if (count >= MAX_REDIRECTS) {
        throw new TypeError('fetch failed', { cause: new Error('redirect count exceeded') });
      }
      ({ method, keepsBody: hasBody } = next);
      request.redirectTo(next.url);
      const dropped = [
        ...request.addedHeaders,
        ...(next.isSameOrigin ? [] : ORIGIN_BOUND_HEADERS),
        ...(next.keepsBodyHeaders ? [] : BODY_HEADERS),
      ];
      for (const name of dropped) headers.delete(name);
      await request.signProof(method);
      request.applyTo(headers);
    }
  }

  get status(): number {
    return this.response.status;
  }

  get carriesToken(): boolean {
    return this.#request.carriesToken;
  }

  origin(): string {
    return this.#request.url.origin;
  }

  headers(): Record<string, string> {
    return Object.fromEntries(this.response.headers);
  }

  async data(): Promise<unknown> {
    const contentType = this.response.headers.get('content-type') ?? undefined;
    return isReadable(contentType) ? parsedData(await this.response.clone().text()) : undefined;
  }

  get wantsNewProof(): boolean {
    return this.#hasOtherNonce && wantsNonce(this.headers()['www-authenticate']);
  }
}

/** Frees the connection of a response that nobody will read. */
export function discardResponse(response: Response): void {
  void response.body?.cancel().catch(() => undefined);
}

/** Sends one request: the caller's own Request where it has a body that was not sent yet, else the address. */
function sendHop(
  { fetch, body }: FetchRequest,
  url: URL,
  init: RequestInit,
  hasBody: boolean,
): Promise<Response> {
  if (!hasBody) return fetch(url, { ...init, body: null });
  const request = body.takeRequest();
  if (request !== undefined) return fetch(new Request(request, init));
  return fetch(url, { ...init, body: body.data ?? null, duplex: 'half' });
}

function initOf({ init, signal, redirect }: FetchRequest, method: string, headers: Headers): RequestInit {
  const { body: _, ...rest } = init;
  return {
    ...rest,
    method,
    headers,
    redirect: redirect === 'error' ? 'error' : 'manual',
    ...(signal !== undefined && { signal }),
  };
}

/** The response as the caller sees it: with the facts of the redirects followed here, and no token in its address. */
function shown(response: Response, { attachment }: FetchRequest, request: AuthorizedRequest): Response {
  if (request.hasMoved) Object.defineProperty(response, 'redirected', { value: true });
  if ('query' in attachment.placement) {
    Object.defineProperty(response, 'url', { value: withoutToken(request.url, attachment.placement).href });
  }
  return response;
}
