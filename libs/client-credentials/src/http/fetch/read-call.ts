import type { OutboundCall } from '../../config/token-request.js';
import type { Attachment } from '../../token/attachment.js';
import { bodyCopyOf, requestBodyOf } from '../request-body.js';
import type { FetchBody, FetchRequest } from './attempt.js';
import { KeptBody } from './kept-body.js';

/** The parts of a call that decide where its token goes. */
export interface ReadCall extends Pick<
  FetchRequest,
  'url' | 'method' | 'headers' | 'redirect' | 'signal' | 'init'
> {
  readonly given: Request | undefined;
}

export function callOf(input: string | URL | Request, init: RequestInit): ReadCall {
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

/** A call with its body, which may be sent twice if it can be read twice. */
export function withBody(
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

/** The call in the form in which `tokenFor` gets it. */
export function outboundCall({ method, url, headers }: ReadCall): OutboundCall {
  return { method, url: url.href, headers: Object.fromEntries(headers) };
}

/** Whether the caller has put a token into the call. */
export function hasOwnToken({ headers, url }: ReadCall, { placement }: Attachment): boolean {
  return 'header' in placement ? headers.has(placement.header) : url.searchParams.has(placement.query);
}
