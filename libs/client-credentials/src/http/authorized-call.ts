import { ClientCredentialsError } from '../base/errors.js';
import type { ApiAnswer } from '../config/provider-options.js';
import type { Attachment, CallToken } from '../token/attachment.js';
import type { Attempt, AuthorizedCall } from './attempt.js';
import { claimsChallengeOf, missingScopesOf, wantsNonce } from './challenge.js';
import { finalResponse, finishElsewhere, finishWithScopes } from './final-responses.js';
import { BODY_READ_ONCE, NONCE_NOT_ANSWERED, REFUSED_TWICE, WITHOUT_ANOTHER } from './refusal-reasons.js';

/**
 * Sends a call with a token; after a 401 once more with a new one, and never a third time. Each call decides by its own
 * responses: nothing is counted elsewhere.
 *
 * @param token - asked for already, perhaps
 */
export function sendAuthorized<A extends Attempt, R>(
  call: AuthorizedCall<A, R>,
  token: CallToken | Promise<CallToken> = call.getToken(),
): Promise<R> {
  if (token instanceof Promise) return token.then((late) => call.send(late, finishFirst<A, R>));
  return call.send(token, finishFirst<A, R>);
}

/** What the caller gets after the first response: the response itself, where it is plainly good. */
export function finishFirst<A extends Attempt, R>(
  call: AuthorizedCall<A, R>,
  token: CallToken,
  first: A,
): R | Promise<R> {
  return isPlainlyGood(call.attachment, token, first.status, first.carriesToken)
    ? call.finish(first)
    : afterFirst(call, token, first);
}

/** Whether a response needs no further look, as the usual one. Notes the token that the API accepted with it. */
export function isPlainlyGood(
  attachment: Attachment,
  token: CallToken,
  status: number,
  carriesToken: boolean,
): boolean {
  if (status < 200 || status >= 300 || attachment.readsBody) return false;
  if (attachment.acceptedToken !== token && carriesToken) noteAccepted(attachment, token);
  return true;
}

/** Continues after a first response that is not plainly good. */
async function afterFirst<A extends Attempt, R>(
  call: AuthorizedCall<A, R>,
  token: CallToken,
  response: A,
): Promise<R> {
  const { attachment, request } = call;
  const nonces = new NonceAnswers(call);
  const first = await nonces.answer(token, response);
  if (!first.carriesToken) return finishElsewhere(call, first);
  const headers = first.headers();
  const challenge = headers['www-authenticate'];
  if (attachment.proofSigner !== undefined && wantsNonce(challenge))
    return finalResponse(call, first, NONCE_NOT_ANSWERED);
  if (!(await isRefused(call, token, first, headers))) return finishWithScopes(call, token, first);
  const demand = claimsChallengeOf(challenge);
  let newToken: CallToken;
  try {
    const outcome = await attachment.refuse(token, request, demand?.claims);
    if (outcome !== 'another') return finalResponse(call, first, WITHOUT_ANOTHER[outcome], demand);
    if (!call.isRepeatable) return finalResponse(call, first, BODY_READ_ONCE, demand);
    newToken = await call.getToken();
  } catch (error) {
    if (!(error instanceof ClientCredentialsError)) {
      call.discard(first);
      throw error;
    }
    call.attachReason(first, error);
    return call.finish(first);
  }
  call.discard(first);
  return replay(call, newToken, nonces);
}

async function replay<A extends Attempt, R>(
  call: AuthorizedCall<A, R>,
  token: CallToken,
  nonces: NonceAnswers<A, R>,
): Promise<R> {
  let status: number | undefined;
  try {
    const second = await nonces.answer(token, await call.send(token, attemptItself<A, R>));
    if (!second.carriesToken) return finishElsewhere(call, second);
    status = second.status;
    const headers = second.headers();
    const challenge = headers['www-authenticate'];
    if (!(await isRefused(call, token, second, headers))) return finishWithScopes(call, token, second);
    const demand = claimsChallengeOf(challenge);
    // It may be a token that nobody has refused before. The call is not sent a third time; no later call is to be sent with it.
    await call.attachment.refuse(token, call.request, demand?.claims);
    return finalResponse(call, second, REFUSED_TWICE, demand);
  } finally {
    call.attachment.noteReplay(call.request, status);
  }
}

/** Answers one demand for a DPoP nonce within a call. The token stands: it is neither refused nor replaced. @see RFC 9449 §9 */
class NonceAnswers<A extends Attempt, R> {
  readonly #call: AuthorizedCall<A, R>;
  #hasAnswered = false;

  constructor(call: AuthorizedCall<A, R>) {
    this.#call = call;
  }

  /** The response to the same request with a new proof, if the first response demands one. */
  async answer(token: CallToken, response: A): Promise<A> {
    if (!response.wantsNewProof || this.#hasAnswered || !this.#call.isRepeatable) return response;
    this.#hasAnswered = true;
    this.#call.discard(response);
    return this.#call.send(token, attemptItself<A, R>);
  }
}

async function isRefused<A extends Attempt, R>(
  call: AuthorizedCall<A, R>,
  token: CallToken,
  attempt: A,
  headers: Readonly<Record<string, string>>,
): Promise<boolean> {
  const { attachment } = call;
  const { status } = attempt;
  try {
    const data = attachment.readsBody ? await attempt.data() : undefined;
    return judgeResponse(attachment, token, { status, headers, data });
  } catch (error) {
    call.discard(attempt);
    throw error;
  }
}

/** Whether a response refuses the token. Notes a token that the API accepted. */
export function judgeResponse(attachment: Attachment, token: CallToken, response: ApiAnswer): boolean {
  if (missingScopesOf(response.headers['www-authenticate']) !== undefined) return false;
  const isRefusal = attachment.isRefusal(response);
  if (!isRefusal && response.status < 400) noteAccepted(attachment, token);
  return isRefusal;
}

function noteAccepted(attachment: Attachment, token: CallToken): void {
  attachment.acceptedToken = token;
  attachment.noteAccepted(token);
}

function attemptItself<A extends Attempt, R>(_call: AuthorizedCall<A, R>, _token: CallToken, attempt: A): A {
  return attempt;
}
