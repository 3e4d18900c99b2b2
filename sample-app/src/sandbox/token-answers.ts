import type { Answer } from './loopback-server.js';
import type { TokenRequestFault } from './token-request-rules.js';

/** Headers that forbid caching of a token response (RFC 6749 §5.1). */
const notStored = { 'cache-control': 'no-store', pragma: 'no-cache' };

export function tokenAnswer(body: Record<string, unknown>): Answer {
  return { status: 200, headers: notStored, body };
}

/** Error response of RFC 6749 §5.2, for providers without documented errors. */
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
