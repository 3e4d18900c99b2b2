import type { OutgoingHttpHeaders } from 'node:http';

/**
 * A request that is answered with an OAuth error. Its texts are fixed ones: they never repeat what was sent.
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
