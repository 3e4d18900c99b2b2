/** A token that the server issued. */
export interface TestToken {
  /** Value of the token. */
  readonly value: string;
  /** Client that the token was issued to. */
  readonly clientId: string;
  /** Requested scopes, as sent. */
  readonly scope: string | undefined;
  /** Requested audience. */
  readonly audience: string | undefined;
  /** Requested resources. */
  readonly resource: readonly string[];
  /** Instant of issuing (epoch ms). */
  readonly issuedAt: number;
  /** Expiry (epoch ms); `undefined` if the token never expires. */
  readonly expiresAt: number | undefined;
  /** Whether the token is revoked. */
  readonly revoked: boolean;
}

type TokenParameters = Pick<TestToken, 'clientId' | 'scope' | 'audience' | 'resource'>;

/**
 * All issued tokens, with their revocations.
 *
 * @internal
 */
export class TokenLedger {
  readonly #tokens: (TestToken & { revoked: boolean })[] = [];

  /** All tokens, in order. */
  get tokens(): readonly TestToken[] {
    return this.#tokens;
  }

  add(token: Omit<TestToken, 'revoked'>): TestToken {
    const entry = { ...token, revoked: false };
    this.#tokens.push(entry);
    return entry;
  }

  /** Whether the API accepts a token value. */
  isValid(value: string, now: number): boolean {
    return this.#tokens.some((token) => token.value === value && isLive(token, now));
  }

  /** Latest valid token for the same client, scope, audience and resources. */
  findLive(requested: TokenParameters, now: number): TestToken | undefined {
    return this.#tokens.findLast(
      (token) => identityOf(token) === identityOf(requested) && isLive(token, now),
    );
  }

  /** Revokes every matching token. */
  revoke(matches: (token: TestToken) => boolean): void {
    for (const token of this.#tokens) token.revoked ||= matches(token);
  }
}

function isLive(token: TestToken, now: number): boolean {
  return !token.revoked && (token.expiresAt === undefined || token.expiresAt > now);
}

function identityOf({ clientId, scope, audience, resource }: TokenParameters): string {
  return JSON.stringify([clientId, scope, audience, resource]);
}
