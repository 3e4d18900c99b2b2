import { Readable } from 'node:stream';
import { AxiosError, type AxiosAdapter, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import type { TokenPlacement } from '../../token/attachment.js';
import type { AuthorizedRequest } from '../authorized-request.js';
import { copyOfHeaders, lowerCased } from '../headers.js';
import { BODY_HEADERS, MAX_REDIRECTS, nextHop, ORIGIN_BOUND_HEADERS } from '../redirect.js';
import { withoutToken } from '../url.js';
import { callOwnHook } from './before-redirect.js';
import { withParams } from './call-url.js';
import { isAxiosError } from './sanitize.js';
import { redirectOf, unfollowedOf, type SentParts } from './sent-config.js';

// The code of follow-redirects, which axios's http adapter uses.
const TOO_MANY_REDIRECTS = 'ERR_FR_TOO_MANY_REDIRECTS';

/** What an adapter came to: a response, and the error that axios makes of it if its status is not wanted. */
export interface AdapterResult {
  readonly response: AxiosResponse;
  readonly error?: AxiosError | undefined;
}

/** What following redirects depends on. */
export interface FollowOptions {
  readonly adapter: AxiosAdapter;
  /** The caller's own redirect settings and agents. `beforeRedirect` only where the adapter itself would call it. */
  readonly own: Pick<SentParts, 'maxRedirects' | 'fetchOptions' | 'httpsAgent' | 'beforeRedirect'>;
  readonly placement: TokenPlacement;
  readonly isBodyRepeatable: boolean;
  /** What is left of the call's timeout, if it has one. */
  readonly remainingMs: () => number | undefined;
  readonly request: AuthorizedRequest;
  /** Called with each response but the first. */
  readonly onResponse: (result: AdapterResult) => void;
}

/** Follows the redirects of a response, as far as the caller wants, with an adapter that was told to follow none. */
export async function followRedirects(
  first: InternalAxiosRequestConfig,
  result: AdapterResult,
  options: FollowOptions,
): Promise<AdapterResult> {
  const { own, request } = options;
  const redirect = redirectOf(own.fetchOptions);
  if (own.maxRedirects === 0 || redirect === 'manual' || redirect === 'error') return result;
  let hop = { ...first, maxRedirects: 0, fetchOptions: unfollowedOf(own) };
  let last = result;
  for (let count = 0; ; count += 1) {
    let next: InternalAxiosRequestConfig | undefined;
    try {
      next = await nextConfig(hop, last.response, options, count >= (own.maxRedirects ?? MAX_REDIRECTS));
    } catch (error) {
      discard(last);
      throw error;
    }
    if (next === undefined) return last;
    discard(last);
    const timeout = options.remainingMs();
    // The client certificate goes nowhere the token may not.
    const agent = !request.carriesToken && { httpsAgent: own.httpsAgent as unknown };
    hop = Object.assign({}, hop, next, agent, timeout !== undefined && { timeout });
    last = await resultOf(options.adapter(hop));
    options.onResponse(last);
  }
}

/** What changes about a request that a redirect takes elsewhere; `undefined` if the response is the last one. */
async function nextConfig(
  hop: InternalAxiosRequestConfig,
  response: AxiosResponse,
  { isBodyRepeatable, request, own, placement }: FollowOptions,
  isTooMany: boolean,
): Promise<InternalAxiosRequestConfig | undefined> {
  const current = {
    url: withParams(hop, request.url),
    method: (hop.method ?? 'get').toUpperCase(),
    hasBody: hop.data !== undefined && hop.data !== null,
    isBodyRepeatable,
  };
  const next = nextHop(current, response.status, lowerCased(response.headers)['location']);
  if (next === undefined) return undefined;
  if (isTooMany) throw new AxiosError('Maximum number of redirects exceeded', TOO_MANY_REDIRECTS, hop);
  const headers = copyOfHeaders(hop.headers);
  request.redirectTo(next.url);
  headers.delete([...request.addedHeaders]);
  const requested = {
    url: withoutToken(current.url, placement),
    method: current.method,
    headers: lowerCased(headers),
  };
  if (!next.isSameOrigin) headers.delete(ORIGIN_BOUND_HEADERS);
  if (!next.keepsBodyHeaders) headers.delete(BODY_HEADERS);
  if (own.beforeRedirect !== undefined)
    callOwnHook(own.beforeRedirect, { requested, response, next, headers });
  await request.signProof(next.method);
  request.applyTo(headers);
  const changed = { url: next.url.href, method: next.method.toLowerCase(), params: undefined, headers };
  return Object.assign({}, hop, changed, !next.keepsBody && { data: undefined });
}

/** Frees the connection of a response that nobody will read. */
export function discard({ response }: AdapterResult): void {
  const data: unknown = response.data;
  if (data instanceof ReadableStream) void data.cancel().catch(() => undefined);
  else if (data instanceof Readable) data.destroy();
}

/** A response whose status is not wanted is a response all the same. */
async function resultOf(sent: Promise<AxiosResponse>): Promise<AdapterResult> {
  try {
    return { response: await sent };
  } catch (error) {
    if (isAxiosError(error) && error.response !== undefined) return { response: error.response, error };
    throw error;
  }
}
