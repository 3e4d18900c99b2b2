import type { AccessToken } from '../../token/access-token.js';
import type { AttachmentRules } from '../../token/attachment.js';
import type { Attempt } from '../authorized-call.js';
import { certificateProblem } from '../errors.js';
import { wantsNonce } from '../challenge.js';
import { withoutToken } from '../url.js';
import { parsedData } from '../parsed-data.js';
import { BODY_HEADERS, MAX_REDIRECTS, nextHop, ORIGIN_BOUND_HEADERS } from '../redirect.js';
import type { RequestBody } from '../request-body.js';
import { AuthorizedRequest } from '../authorized-request.js';

/** One call of `fetch` that gets a token. */
export interface FetchCall {
  readonly provider: string;
  readonly fetch: typeof globalThis.fetch;
  /** Whether it is the platform's, which can present no client certificate. */
  readonly isGlobalFetch: boolean;
  readonly api: AttachmentRules;
  readonly allowed: ReadonlySet<string>;
  readonly url: URL;
  /** Upper case. */
  readonly method: string;
  /** The caller's own, which are never changed. */
  readonly headers: Headers;
  readonly body: RequestBody<RequestInit['body'] | undefined>;
  readonly redirect: string;
  readonly signal: AbortSignal | undefined;
  readonly init: RequestInit;
}

/** Sends it once with a token, and follows redirects with what may go along. */
export async function sendFetch(call: FetchCall, token: AccessToken): Promise<Attempt<Response>> {
  if (call.isGlobalFetch && call.api.agentOf(token) !== undefined) throw certificateProblem(call.provider);
  const trip = new AuthorizedRequest(call.url, token, call.api, call.allowed);
  const headers = new Headers(call.headers);
  await trip.signProof(call.method);
  trip.applyTo({ has: (name) => headers.has(name), set: (name, value) => headers.set(name, value) });
  let method = call.method;
  let hasBody = call.body.data !== undefined && call.body.data !== null;
  for (let count = 0; ; count += 1) {
    const response = await call.fetch(trip.url, initOf(call, method, headers, hasBody));
    const hasNewNonce = trip.rememberNonce(Object.fromEntries(response.headers));
    const hop = { url: trip.url, method, hasBody, isBodyRepeatable: call.body.isRepeatable };
    const location = response.headers.get('location');
    const next = call.redirect === 'follow' ? nextHop(hop, response.status, location) : undefined;
    if (next === undefined) {
      if (trip.hasMoved) Object.defineProperty(response, 'redirected', { value: true });
      return sendingOf(response, call, trip, hasNewNonce);
    }
    discardResponse(response);
    if (count >= MAX_REDIRECTS) {
      throw new TypeError('fetch failed', { cause: new Error('redirect count exceeded') });
    }
    ({ method, keepsBody: hasBody } = next);
    trip.redirectTo(next.url);
    const dropped = [
      ...trip.addedHeaders,
      ...(next.isSameOrigin ? [] : ORIGIN_BOUND_HEADERS),
      ...(next.keepsBodyHeaders ? [] : BODY_HEADERS),
    ];
    for (const name of dropped) headers.delete(name);
    await trip.signProof(method);
    trip.applyTo({ has: () => false, set: (name, value) => headers.set(name, value) });
  }
}

/** Frees the connection of an answer that nobody will read. */
export function discardResponse(response: Response): void {
  void response.body?.cancel().catch(() => undefined);
}

/** Joins a reason to a response, where errors have their causes. */
export function attachReason(response: Response, cause: Error): Response {
  return Object.defineProperty(response, 'cause', { value: cause, configurable: true, writable: true });
}

function initOf(
  { init, signal, body, redirect }: FetchCall,
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

/** Whether a predicate may read the body: JSON, or text that ends. Else it would wait for the last byte of a stream. */
function isReadable(contentType = 'text/plain'): boolean {
  return /\bjson\b|^text\/(?!event-stream)/i.test(contentType);
}

function sendingOf(
  response: Response,
  { api }: FetchCall,
  trip: AuthorizedRequest,
  hasNewNonce: boolean,
): Attempt<Response> {
  if ('query' in api.placement) {
    // It is printed with the response.
    Object.defineProperty(response, 'url', { value: withoutToken(trip.url, api.placement).href });
  }
  const headers = Object.fromEntries(response.headers);
  const data = async (): Promise<unknown> =>
    isReadable(headers['content-type']) ? parsedData(await response.clone().text()) : undefined;
  return {
    result: response,
    answer: trip.carriesToken ? { status: response.status, headers, data } : undefined,
    wantsNewProof: hasNewNonce && wantsNonce(headers['www-authenticate']),
  };
}
