import type { Agent } from 'node:https';
import { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import type { AccessToken } from '../../token/access-token.js';
import type { ApiAccess } from '../../token/attachment.js';
import type { Sending } from '../authorized-call.js';
import { dispatch, followRedirects, type Outcome } from './follow-redirects.js';
import { certificateProblem } from '../errors.js';
import { timeoutMessageOf, type Patience } from './deadline.js';
import { wantsNonce } from '../challenge.js';
import { concealError, concealResponse, isAxiosError, shownRequest, type Concealment } from './sanitize.js';
import { finalUrl } from '../url.js';
import { copyOfHeaders, lowerCased } from '../headers.js';
import { parsedData } from '../parsed-data.js';
import { redirectHook } from './before-redirect.js';
import { copyOf } from './config-copy.js';
import type { RequestBody } from '../request-body.js';
import { TokenTrip } from '../authorized-request.js';
import type { Transport } from './transport.js';

/** What an adapter came to, and what the caller may see of it. */
export interface AxiosResult extends Outcome {
  readonly concealment: Concealment;
}

/** One call of axios that gets a token. */
export interface AxiosCall {
  /** The caller's own config, which is never changed. */
  readonly config: InternalAxiosRequestConfig;
  readonly transport: Transport;
  readonly provider: string;
  readonly api: ApiAccess;
  readonly allowed: ReadonlySet<string>;
  readonly body: RequestBody;
  readonly patience: Patience;
}

/** Sends a call once with a token. Rejects, with nothing of the token in the error, if no answer came. */
export async function sendOnce(call: AxiosCall, token: AccessToken): Promise<Sending<AxiosResult>> {
  // What is judged is what is sent, whatever somebody makes of the caller's config meanwhile.
  const now: AxiosCall = { ...call, config: copyOf(call.config) };
  const trip = tripOf(now, token);
  return concealed(call, trip, async () => {
    const agent = trip.isCarrying ? agentFor(now, token) : undefined;
    await trip.prove((now.config.method ?? 'get').toUpperCase());
    return dispatch(prepared(now, trip, agent), now, trip);
  });
}

/** Goes on from an answer to a call that was sent as it is, but for the token. */
export async function resume(
  call: AxiosCall,
  trip: TokenTrip,
  answered: Outcome,
): Promise<Sending<AxiosResult>> {
  return concealed(call, trip, async () =>
    call.transport.isHttp ? answered : followRedirects(prepared(call, trip), answered, call, trip),
  );
}

function tripOf({ config, api, allowed }: AxiosCall, token: AccessToken): TokenTrip {
  const url = finalUrl(config, token);
  if (url === undefined) throw new AxiosError('Invalid URL', AxiosError.ERR_INVALID_URL, config);
  const named = token.apiBaseURL === undefined ? [] : [new URL(token.apiBaseURL).origin];
  return new TokenTrip(url, token, api, new Set([...allowed, ...named]));
}

/** What an adapter comes to, with nothing of the token in its errors. */
async function concealed(
  { config, api }: AxiosCall,
  trip: TokenTrip,
  send: () => Promise<Outcome>,
): Promise<Sending<AxiosResult>> {
  const concealment = { config, request: () => shownRequest(config, trip, api.placement) };
  try {
    const result = await send();
    const { status, headers, data } = result.response;
    const answer = { status, headers: lowerCased(headers), data: () => parsedData(data) };
    return {
      result: { ...result, concealment },
      answer: trip.isCarrying ? answer : undefined,
      wantsNewProof: result.hasNewNonce && wantsNonce(answer.headers['www-authenticate']),
    };
  } catch (error) {
    // The adapter counted what the wait for the token had left of the timeout.
    if (isAxiosError(error) && isTimeoutMessage(error.message)) error.message = timeoutMessageOf(config);
    throw concealError(error, concealment);
  }
}

/** What the caller of axios gets, with nothing of the token in it. */
export function settle({ response, error, concealment }: AxiosResult): AxiosResponse {
  if (error !== undefined) throw concealError(error, concealment);
  return concealResponse(response, concealment);
}

/** Joins a reason to what the caller gets, where errors have their causes. */
export function explain(result: AxiosResult, cause: Error): AxiosResult {
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
  trip: TokenTrip,
  agent?: Agent,
): InternalAxiosRequestConfig {
  const headers = copyOfHeaders(config.headers);
  if (body.contentType !== undefined) headers.setContentType(body.contentType);
  trip.equip(headers);
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
