import { randomBytes } from 'node:crypto';
import type { Answer, Handler, ReceivedRequest } from './loopback-server.js';

/** State of the token in an `Authorization` header. */
export type BearerState = 'valid' | 'absent' | 'unknown' | 'expired';

/** Milliseconds for which an ended token is known as expired; later as unknown. */
const KEPT_MS = 600_000;

/** Access tokens of a sandbox provider with their expiry. */
export class IssuedTokens {
  private readonly issued = new Map<string, { expiresAt: number; holder: string }>();

  constructor(
    readonly lifetimeSeconds: number,
    private readonly now: () => number,
    private readonly prefix = '',
  ) {}

  issue(holder = ''): string {
    this.forgetEnded();
    const token = this.prefix + randomBytes(24).toString('hex');
    this.issued.set(token, { expiresAt: this.now() + this.lifetimeSeconds * 1000, holder });
    return token;
  }

  /** Makes all tokens unknown. */
  revokeAll(): void {
    this.issued.clear();
  }

  stateOf(request: ReceivedRequest): BearerState {
    if (request.headers.authorization === undefined) return 'absent';
    const token = this.find(request);
    if (token === undefined) return 'unknown';
    return this.now() < token.expiresAt ? 'valid' : 'expired';
  }

  /** Holder of the token in a request. */
  holderOf(request: ReceivedRequest): string {
    return this.find(request)?.holder ?? '';
  }

  /** Wraps a handler so that it requires a valid token. */
  require(handle: Handler, refuse: (state: BearerState) => Answer = refuseBearer): Handler {
    return (request) => {
      const state = this.stateOf(request);
      return state === 'valid' ? handle(request) : refuse(state);
    };
  }

  /** Tokens are in the order of their ends, since all have one lifetime. */
  private forgetEnded(): void {
    for (const [token, { expiresAt }] of this.issued) {
      if (this.now() < expiresAt + KEPT_MS) return;
      this.issued.delete(token);
    }
  }

  private find({ headers: { authorization = '' } }: ReceivedRequest) {
    return this.issued.get(/^Bearer (\S+)$/.exec(authorization)?.[1] ?? '');
  }
}

/** Default 401: without a token the challenge has no error code (RFC 6750 §3.1). */
function refuseBearer(state: BearerState): Answer {
  if (state === 'absent') {
    return { status: 401, headers: { 'www-authenticate': 'Bearer' }, body: { error: 'unauthorized' } };
  }
  const description = state === 'expired' ? 'The access token expired' : 'The access token is not valid';
  return {
    status: 401,
    headers: { 'www-authenticate': `Bearer error="invalid_token", error_description="${description}"` },
    body: { error: 'invalid_token', error_description: description },
  };
}
