import { Readable } from 'node:stream';
import { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import type { AttachmentRules } from '../../token/attachment.js';
import type { Patience } from './deadline.js';
import { isAxiosError } from './sanitize.js';
import { fullUrl, withoutToken } from '../url.js';
import { copyOfHeaders, lowerCased } from '../headers.js';
import { askBeforeRedirect } from './before-redirect.js';
import { BODY_HEADERS, MAX_REDIRECTS, nextHop, ORIGIN_BOUND_HEADERS } from '../redirect.js';
import type { RequestBody } from '../request-body.js';
import type { AuthorizedRequest } from '../authorized-request.js';
import type { Transport } from './transport.js';

// As follow-redirects has it, which the http adapter uses.
const TOO_MANY_REDIRECTS = 'ERR_FR_TOO_MANY_REDIRECTS';

/** What an adapter came to: a response, and the error that axios makes of it if its status is not wanted. */
export interface AdapterResult {
  /** Whether the last answer told something new for later proofs. */
  readonly hasNewNonce: boolean;
  readonly response: AxiosResponse;
  readonly error?: AxiosError;
}

/** What a request is sent with. */
interface DispatchMeans {
  readonly transport: Transport;
  /** The caller's own config. */
  readonly config: InternalAxiosRequestConfig;
  readonly api: Pick<AttachmentRules, 'placement'>;
  readonly body: RequestBody;
  readonly patience: Patience;
}

/** Hands a request to the adapter, and sees to it that a redirect takes nothing along that is not meant for where it leads. */
export async function dispatch(
  first: InternalAxiosRequestConfig,
  means: DispatchMeans,
  trip: AuthorizedRequest,
): Promise<AdapterResult> {
  const { adapter, isHttp } = means.transport;
  // The http adapter asks before it follows a redirect; others, fetch among them, would take our headers along.
  // Where each request needs a proof of its own it could not be made in passing.
  if (isHttp && !trip.needsProof) return outcomeOf(adapter(first), trip);
  const unfollowed = { ...first, maxRedirects: 0, fetchOptions: unfollowedOf(first) };
  return followRedirects(first, await outcomeOf(adapter(unfollowed), trip), means, trip);
}

/** How `fetch` is told to leave redirects to us, unless they are not wanted at all. */
function unfollowedOf({ fetchOptions }: InternalAxiosRequestConfig): object {
  const isError = redirectOf(fetchOptions) === 'error';
  return { ...fetchOptions, redirect: isError ? 'error' : 'manual' };
}

function redirectOf(fetchOptions: object | undefined): unknown {
  return fetchOptions === undefined ? undefined : Reflect.get(fetchOptions, 'redirect');
}

/** Goes where an answer leads that an adapter gave which was told to follow nothing, as far as the request says. */
export async function followRedirects(
  first: InternalAxiosRequestConfig,
  answered: AdapterResult,
  means: DispatchMeans,
  trip: AuthorizedRequest,
): Promise<AdapterResult> {
  const { transport, config, patience } = means;
  const redirect = redirectOf(first.fetchOptions);
  const mayFollow = first.maxRedirects !== 0 && redirect !== 'manual' && redirect !== 'error';
  if (!mayFollow) return answered;
  let hop = { ...first, maxRedirects: 0, fetchOptions: unfollowedOf(first) };
  let result = answered;
  for (let count = 0; ; count += 1) {
    let next: Awaited<ReturnType<typeof followed>>;
    try {
      const isTooMany = count >= (first.maxRedirects ?? MAX_REDIRECTS);
      next = await followed(hop, result.response, means, trip, isTooMany);
    } catch (error) {
      discard(result);
      throw error;
    }
    if (next === undefined) return result;
    discard(result);
    const timeout = patience.remainingMs();
    // The client certificate goes nowhere the token may not.
    const agent = !trip.carriesToken && { httpsAgent: config.httpsAgent as unknown };
    hop = Object.assign({}, hop, next, agent, timeout !== undefined && { timeout });
    result = await outcomeOf(transport.adapter(hop), trip);
  }
}

/** What changes about a request that a redirect sends elsewhere. */
async function followed(
  hop: InternalAxiosRequestConfig,
  response: AxiosResponse,
  { body, config, api }: DispatchMeans,
  trip: AuthorizedRequest,
  isTooMany: boolean,
): Promise<(Partial<InternalAxiosRequestConfig> & Pick<InternalAxiosRequestConfig, 'headers'>) | undefined> {
  const current = {
    url: fullUrl(hop, trip.url),
    method: (hop.method ?? 'get').toUpperCase(),
    hasBody: hop.data !== undefined && hop.data !== null,
    isBodyRepeatable: body.isRepeatable,
  };
  const next = nextHop(current, response.status, lowerCased(response.headers)['location']);
  if (next === undefined) return undefined;
  if (isTooMany) throw new AxiosError('Maximum number of redirects exceeded', TOO_MANY_REDIRECTS, hop);
  const headers = copyOfHeaders(hop.headers);
  trip.redirectTo(next.url);
  headers.delete([...trip.addedHeaders]);
  const requested = {
    url: withoutToken(current.url, api.placement),
    method: current.method,
    headers: lowerCased(headers),
  };
  if (!next.isSameOrigin) headers.delete(ORIGIN_BOUND_HEADERS);
  if (!next.keepsBodyHeaders) headers.delete(BODY_HEADERS);
  askBeforeRedirect(config, { requested, response, next, headers });
  await trip.signProof(next.method);
  trip.applyTo(headers);
  return {
    url: next.url.href,
    method: next.method.toLowerCase(),
    params: undefined,
    headers,
    ...(!next.keepsBody && { data: undefined }),
  };
}

/** Frees the connection of an answer that nobody will read. */
export function discard({ response }: Pick<AdapterResult, 'response'>): void {
  const data: unknown = response.data;
  if (data instanceof ReadableStream) void data.cancel().catch(() => undefined);
  else if (data instanceof Readable) data.destroy();
}

/** An answer whose status is not wanted is an answer all the same. */
async function outcomeOf(sent: Promise<AxiosResponse>, trip: AuthorizedRequest): Promise<AdapterResult> {
  const learn = ({ headers }: AxiosResponse): boolean => trip.rememberNonce(lowerCased(headers));
  try {
    const response = await sent;
    return { response, hasNewNonce: learn(response) };
  } catch (error) {
    if (isAxiosError(error) && error.response !== undefined) {
      return { response: error.response, error, hasNewNonce: learn(error.response) };
    }
    throw error;
  }
}
