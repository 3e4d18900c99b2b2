import type { AccessToken } from '../token/access-token.js';
import { ClientCredentialsError } from '../base/errors.js';
import type { TokenRequest } from '../config/token-request.js';
import type { ApiAnswer } from '../config/provider-options.js';
import type { TokenSource } from '../token/token-source.js';
import { claimsChallengeOf, isInsufficientScope, wantsNonce, type ClaimsChallenge } from './challenge.js';

/** One sending of a call. */
export interface Attempt<R> {
  /** What the caller gets, if this was the last sending. */
  readonly result: R;
  /** The answer; `undefined` if the request that was answered did not carry the token (a redirect led elsewhere). */
  readonly answer: (Omit<ApiAnswer, 'data'> & { readonly data: () => unknown }) | undefined;
  /** Whether the same request would fare better with what the answer says about proofs. */
  readonly wantsNewProof: boolean;
}

/** A call to an API, whatever sends it. */
export interface AuthorizedCall<R> {
  readonly request: TokenRequest;
  readonly isRepeatable: boolean;
  /** Sends it once. Rejects if no answer came. */
  send(token: AccessToken): Promise<Attempt<R>>;
  /** Waits for a token, as long as this caller is willing to. */
  wait(get: (signal: AbortSignal | undefined) => Promise<AccessToken>): Promise<AccessToken>;
  /** Gets rid of an answer that the caller will not see. */
  readonly discard: (result: R) => void;
  /** Joins the reason why a refusal is final to what the caller gets. */
  attachReason(result: R, cause: Error): R;
}

/**
 * Sends a call with a token; if the API refuses the token, once more with a new one, and never a third time. Each call
 * decides by what it sent itself: nothing is counted elsewhere.
 */
export async function sendAuthorized<R>(source: TokenSource, call: AuthorizedCall<R>): Promise<R> {
  const token = await call.wait(getterOf(source, call));
  const proven = { ...call, send: provenSender(call) };
  return concludeAuthorized(source, proven, token, await proven.send(token));
}

/** What follows the first answer to a call: see {@link sendAuthorized}. */
export async function concludeAuthorized<R>(
  source: TokenSource,
  call: AuthorizedCall<R>,
  token: AccessToken,
  first: Attempt<R>,
): Promise<R> {
  const { api } = source;
  const { request } = call;
  if (api.proofSigner !== undefined && wantsNonce(challengeIn(first)))
    return call.attachReason(first.result, finalRefusal(NONCE_NOT_ANSWERED));
  if (!(await isRefused(source, call, token, first))) return first.result;
  const demand = claimsChallengeOf(challengeIn(first));
  let newToken: AccessToken;
  try {
    const outcome = await api.refuse(token, request, demand?.claims);
    if (outcome !== 'another')
      return call.attachReason(first.result, finalRefusal(WITHOUT_ANOTHER[outcome], demand));
    if (!call.isRepeatable) return call.attachReason(first.result, finalRefusal(BODY_READ_ONCE, demand));
    newToken = await call.wait(getterOf(source, call));
  } catch (error) {
    if (error instanceof ClientCredentialsError) return call.attachReason(first.result, error);
    call.discard(first.result);
    throw error;
  }
  call.discard(first.result);
  return replay(source, call, newToken);
}

function getterOf<R>(
  source: TokenSource,
  { request }: AuthorizedCall<R>,
): (signal: AbortSignal | undefined) => Promise<AccessToken> {
  return (signal) => source.getToken(signal === undefined ? request : { ...request, signal });
}

/**
 * Sends a call; once in its life it is sent again with another proof, if that is all the API asks for. The token stands: it
 * is neither refused nor replaced.
 */
function provenSender<R>(call: AuthorizedCall<R>): AuthorizedCall<R>['send'] {
  let mayProveAgain = call.isRepeatable;
  return async (token) => {
    const sending = await call.send(token);
    if (!sending.wantsNewProof || !mayProveAgain) return sending;
    mayProveAgain = false;
    call.discard(sending.result);
    return call.send(token);
  };
}

function challengeIn<R>({ answer }: Attempt<R>): string | undefined {
  return answer?.headers['www-authenticate'];
}

async function replay<R>(source: TokenSource, call: AuthorizedCall<R>, token: AccessToken): Promise<R> {
  let status: number | undefined;
  try {
    const second = await call.send(token);
    status = second.answer?.status;
    return (await isRefused(source, call, token, second))
      ? call.attachReason(second.result, finalRefusal(REFUSED_TWICE, claimsChallengeOf(challengeIn(second))))
      : second.result;
  } finally {
    source.api.noteReplay(call.request, status);
  }
}

async function isRefused<R>(
  { api }: TokenSource,
  { request, discard }: AuthorizedCall<R>,
  token: AccessToken,
  { answer, result }: Attempt<R>,
): Promise<boolean> {
  if (answer === undefined || isInsufficientScope(answer.headers['www-authenticate'])) return false;
  const { status, headers } = answer;
  try {
    const data = api.readsBody ? await answer.data() : undefined;
    const isRefusal = api.isRefusal({ status, headers, data });
    if (!isRefusal && status < 400) api.noteAccepted(token, request);
    return isRefusal;
  } catch (error) {
    discard(result);
    throw error;
  }
}

const WITHOUT_ANOTHER = {
  'too-young':
    'The API refused a token that had itself just replaced a refused one, so another would fare no better. Check that the token’s scope and audience are what this API asks for; see reacquire.cooldownSeconds.',
  changed:
    'The API refused the token, and what is configured for the tenant changed while the call was on its way: another token would not be for this API. Make the call again; it will go by the new options.',
};
const BODY_READ_ONCE =
  'The API refused the token, and the body could be read only once. The next call gets a new token; send this one again, or pass the body as a Buffer or Blob.';
const REFUSED_TWICE =
  'The API refused the token, and the new one as well. Check that the token’s scope and audience are what this API asks for.';

const NONCE_NOT_ANSWERED =
  'The API asked for another DPoP nonce, and the call could not be sent again, or got the same answer. The token stays in use, and the next call has the nonce.';

/** Why a refusal is final. What the API demands of a token is read from `challenge`. */
function finalRefusal(reason: string, challenge?: ClaimsChallenge): Error {
  const error = new Error(reason);
  error.name = 'TokenRefused';
  return challenge === undefined ? error : Object.assign(error, { challenge });
}
