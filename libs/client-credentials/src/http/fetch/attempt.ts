import type { Attachment, CallToken } from '../../token/attachment.js';
import type { Attempt } from '../authorized-call.js';
import { AuthorizedRequest } from '../authorized-request.js';
import { wantsNonce } from '../challenge.js';
import { certificateProblem } from '../errors.js';
import { BODY_HEADERS, MAX_REDIRECTS, nextHop, ORIGIN_BOUND_HEADERS } from '../redirect.js';
import type { RequestBody } from '../request-body.js';
import { parsedData } from '../response-data.js';
import { withoutToken } from '../url.js';

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
  readonly body: RequestBody<RequestInit['body'] | undefined>;
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

  static async send(call: FetchRequest, token: CallToken): Promise<FetchAttempt> {
    const { attachment, isGlobalFetch } = call;
    if (isGlobalFetch && attachment.agentOf(token) !== undefined)
      throw certificateProblem(attachment.provider);
    const request = new AuthorizedRequest(call.url, token, attachment, call.allowed);
    const headers = new Headers(call.headers);
    await request.signProof(call.method);
    request.applyTo(headers);
    let { method } = call;
    let hasBody = call.body.data !== undefined && call.body.data !== null;
    for (let count = 0; ; count += 1) {
      const response = await call.fetch(request.url, initOf(call, method, headers, hasBody));
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

  get status(): number | undefined {
    return this.#request.carriesToken ? this.response.status : undefined;
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

function initOf(
  { init, signal, body, redirect }: FetchRequest,
  method: string,
  headers: Headers,
  hasBody: boolean,
): RequestInit {
  return {
    ...init,
    method,
    headers,
    redirect: redirect === 'error' ? 'error' : 'manual',
    ...(signal !== undefined && { signal }),
    ...(hasBody ? { body: body.data ?? null, duplex: 'half' as const } : { body: null }),
  };
}

/** Whether a predicate may read the body: JSON, or text that ends. A stream would be waited for to its last byte. */
function isReadable(contentType = 'text/plain'): boolean {
  return /\bjson\b|^text\/(?!event-stream)/i.test(contentType);
}

/** The response as the caller sees it: with the facts of the redirects followed here, and no token in its address. */
function shown(response: Response, { attachment }: FetchRequest, request: AuthorizedRequest): Response {
  if (request.hasMoved) Object.defineProperty(response, 'redirected', { value: true });
  if ('query' in attachment.placement) {
    Object.defineProperty(response, 'url', { value: withoutToken(request.url, attachment.placement).href });
  }
  return response;
}
