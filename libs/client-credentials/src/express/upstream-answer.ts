import type { IncomingMessage } from 'node:http';
import type { ApiAnswer } from '../config/provider-options.js';
import type { TokenRequest } from '../config/token-request.js';
import { judgeResponse } from '../http/authorized-call.js';
import { claimsChallengeOf } from '../http/challenge.js';
import { lowerCased } from '../http/headers.js';
import type { Attachment, CallToken } from '../token/attachment.js';

/** A response of the upstream service, as proxies pass it to `proxyRes`. */
export interface UpstreamAnswer {
  readonly statusCode?: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** The token that a request got, and where the token is from. */
interface Relayed {
  readonly attachment: Attachment;
  readonly request: TokenRequest;
  readonly token: CallToken;
}

interface RelayedMessage extends IncomingMessage {
  [RELAYED]?: Relayed;
}

// Property of the request under a global symbol, so that every copy of this package finds the token.
const RELAYED = Symbol.for('nestjs-client-credentials.relayed');

/** Keeps the token of a request, for the upstream response. */
export function keepRelayed(request: IncomingMessage, relayed: Relayed): void {
  Object.defineProperty(request, RELAYED, { value: relayed, configurable: true });
}

/** Drops the token of a request if the upstream response refuses the token. */
export function onResponse({ statusCode = 0, headers }: UpstreamAnswer, message: IncomingMessage): void {
  const { [RELAYED]: relayed }: RelayedMessage = message;
  if (relayed === undefined) return;
  const { attachment, request, token } = relayed;
  const response = { status: statusCode, headers: lowerCased(headers), data: undefined };
  if (!isRefused(attachment, token, response)) return;
  const claims = claimsChallengeOf(response.headers['www-authenticate'])?.claims;
  // In the background; the rejection of a user's source is ignored.
  void (async () => attachment.refuse(token, request, claims))().catch(() => undefined);
}

/** Whether a response refuses the token. If `reacquire.on` throws because the body is missing, the status decides. */
function isRefused(attachment: Attachment, token: CallToken, response: ApiAnswer): boolean {
  try {
    return judgeResponse(attachment, token, response);
  } catch {
    return response.status === 401;
  }
}
