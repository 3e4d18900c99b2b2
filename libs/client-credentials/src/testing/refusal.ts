import type { OutgoingHttpHeaders } from 'node:http';

/**
 * Thrown to answer a request with an OAuth error. The texts are fixed and never quote the request.
 *
 * @see RFC 6749 §5.2
 * @internal
 */
export class OAuthRefusal extends Error {
  constructor(
    readonly code: string,
    readonly description: string,
    readonly status: number = 400,
    readonly headers: OutgoingHttpHeaders = {},
  ) {
    super(description);
  }
}
