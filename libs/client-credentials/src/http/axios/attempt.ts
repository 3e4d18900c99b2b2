import { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import type { Agent } from 'node:https';
import type { AccessToken } from '../../token/access-token.js';
import type { Attachment } from '../../token/attachment.js';
import type { Attempt } from '../authorized-call.js';
import { AuthorizedRequest } from '../authorized-request.js';
import { wantsNonce } from '../challenge.js';
import { certificateProblem } from '../errors.js';
import { copyOfHeaders, lowerCased } from '../headers.js';
import { parsedData } from '../parsed-data.js';
import type { RequestBody } from '../request-body.js';
import { finalUrl } from '../url.js';
import { redirectHook } from './before-redirect.js';
import { copyOf } from './call-options.js';
import { timeoutMessageOf, type Patience } from './deadline.js';
import { dispatch, followRedirects, type AdapterResult } from './follow-redirects.js';
import { isAxiosError, requestSummary, sanitizeError, sanitizeResponse, type Sanitizer } from './sanitize.js';
import type { Transport } from './transport.js';

/** What an adapter came to, and what the caller may see of it. */
export interface AxiosResult extends AdapterResult {
  readonly concealment: Sanitizer;
}

/** One call of axios that gets a token. */
export interface AxiosCall {
  /** The caller's own config, which is never changed. */
  readonly config: InternalAxiosRequestConfig;
  readonly transport: Transport;
  readonly provider: string;
  readonly api: Attachment;
  readonly allowed: ReadonlySet<string>;
  readonly body: RequestBody;
  readonly patience: Patience;
}

/** Sends a call once with a token. Rejects, with nothing of the token in the error, if no answer came. */
export async function sendOnce(call: AxiosCall, token: AccessToken): Promise<Attempt<AxiosResult>> {
  // What is judged is what is sent, whatever somebody makes of the caller's config meanwhile.
  const now: AxiosCall = { ...call, config: copyOf(call.config) };
  const trip = tripOf(now, token);
  return concealed(call, trip, async () => {
    const agent = trip.carriesToken ? agentFor(now, token) : undefined;
    await trip.signProof((now.config.method ?? 'get').toUpperCase());
    return dispatch(prepared(now, trip, agent), now, trip);
  });
}

/** Goes on from an answer to a call that was sent as it is, but for the token. */
export async function resume(
  call: AxiosCall,
  trip: AuthorizedRequest,
  answered: AdapterResult,
): Promise<Attempt<AxiosResult>> {
  return concealed(call, trip, async () =>
    call.transport.isHttp ? answered : followRedirects(prepared(call, trip), answered, call, trip),
  );
}

function tripOf({ config, api, allowed }: AxiosCall, token: AccessToken): AuthorizedRequest {
  const url = finalUrl(config, token);
  if (url === undefined) throw new AxiosError('Invalid URL', AxiosError.ERR_INVALID_URL, config);
  const named = token.apiBaseURL === undefined ? [] : [new URL(token.apiBaseURL).origin];
  return new AuthorizedRequest(url, token, api, new Set([...allowed, ...named]));
}

/** What an adapter comes to, with nothing of the token in its errors. */
async function concealed(
  { config, api }: AxiosCall,
  trip: AuthorizedRequest,
  send: () => Promise<AdapterResult>,
): Promise<Attempt<AxiosResult>> {
  const concealment = { config, request: () => requestSummary(config, trip, api.placement) };
  try {
    const result = await send();
    const { status, headers, data } = result.response;
    const answer = { status, headers: lowerCased(headers), data: () => parsedData(data) };
    return {
      result: { ...result, concealment },
      answer: trip.carriesToken ? answer : undefined,
      wantsNewProof: result.hasNewNonce && wantsNonce(answer.headers['www-authenticate']),
    };
  } catch (error) {
    // The adapter counted what the wait for the token had left of the timeout.
    if (isAxiosError(error) && isTimeoutMessage(error.message)) error.message = timeoutMessageOf(config);
    throw sanitizeError(error, concealment);
  }
}

/** What the caller of axios gets, with nothing of the token in it. */
export function settle({ response, error, concealment }: AxiosResult): AxiosResponse {
  if (error !== undefined) throw sanitizeError(error, concealment);
  return sanitizeResponse(response, concealment);
}

/** Joins a reason to what the caller gets, where errors have their causes. */
export function attachReason(result: AxiosResult, cause: Error): AxiosResult {
  const shown = result.error ?? result.response;
  Object.defineProperty(shown, 'cause', {
    value: cause,
    configurable: true,
    writable: true,
    enumerable: false,
  });
  return result;
}

/** The connections that the token can be used on; those that the caller or the configuration names come first. */
function agentFor({ config, api, transport, provider }: AxiosCall, token: AccessToken): Agent | undefined {
  const agent = api.agentOf(token);
  if (agent === undefined || config.httpsAgent !== undefined) return undefined;
  if (!transport.takesAgents) throw certificateProblem(provider);
  return agent;
}

function prepared(
  { config, body, patience, api }: AxiosCall,
  trip: AuthorizedRequest,
  agent?: Agent,
): InternalAxiosRequestConfig {
  const headers = copyOfHeaders(config.headers);
  if (body.contentType !== undefined) headers.setContentType(body.contentType);
  trip.applyTo(headers);
  const timeout = patience.remainingMs();
  // Not all adapters of all versions of axios refuse absolute addresses; and an object may change on the way.
  const isRewritten = config.allowAbsoluteUrls === false || typeof config.url === 'object';
  const isAddressOurs = 'query' in api.placement || api.isBaseNamedByToken || isRewritten;
  const inner: InternalAxiosRequestConfig = Object.assign(
    copyOf(config),
    { headers, data: body.data, beforeRedirect: redirectHook(config, () => trip, api.placement) },
    // Else it is left to the adapter, which goes by the same rules.
    isAddressOurs && { url: trip.url.href, baseURL: '' },
    timeout !== undefined && { timeout },
    agent !== undefined && { httpsAgent: agent },
  );
  // It would take the place of the token.
  delete inner.auth;
  return inner;
}

function isTimeoutMessage(message: string): boolean {
  return /^timeout .*ms exceeded$/.test(message);
}
