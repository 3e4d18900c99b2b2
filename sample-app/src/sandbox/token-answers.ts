import type { Answer } from './loopback-server.js';
import type { TokenRequestFault } from './token-request-rules.js';

/** RFC 6749 §5.1: a token is not to be kept by anything on the way. */
const notStored = { 'cache-control': 'no-store', pragma: 'no-cache' };

export function tokenAnswer(body: Record<string, unknown>): Answer {
  return { status: 200, headers: notStored, body };
}

/** RFC 6749 §5.2, for providers whose pages describe no errors of their own. */
export function rejectAsInRfc6749({ error, description }: TokenRequestFault): Answer {
  return {
    status: error === 'invalid_client' ? 401 : 400,
    headers: {
      ...notStored,
      ...(error === 'invalid_client' && { 'www-authenticate': 'Basic realm="sandbox"' }),
    },
    body: { error, error_description: description },
  };
}
