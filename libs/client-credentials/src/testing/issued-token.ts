/** A token that the server knows, as its API sees it. */
export interface TestToken {
  /** The token itself. */
  readonly value: string;
  /** The client it was issued to. */
  readonly clientId: string;
  /** The scopes asked for, as they were sent. */
  readonly scope: string | undefined;
  /** The audience asked for. */
  readonly audience: string | undefined;
  /** The resources asked for. */
  readonly resource: readonly string[];
  /** When it was issued first (epoch ms). */
  readonly issuedAt: number;
  /** From when on the API refuses it (epoch ms); `undefined`: never. */
  readonly expiresAt: number | undefined;
  /** Whether it was revoked. */
  readonly revoked: boolean;
}

type Asked = Pick<TestToken, 'clientId' | 'scope' | 'audience' | 'resource'>;

/**
 * The tokens that were issued, and what became of them.
 *
 * @internal
 */
export class TokenLedger {
  readonly #tokens: (TestToken & { revoked: boolean })[] = [];

  /** All of them, in order. */
  get tokens(): readonly TestToken[] {
    return this.#tokens;
  }

  /** Enters a new token. */
  add(token: Omit<TestToken, 'revoked'>): TestToken {
    const entry = { ...token, revoked: false };
    this.#tokens.push(entry);
    return entry;
  }

  /** Whether the API takes it. */
  isGood(value: string, now: number): boolean {
    return this.#tokens.some((token) => token.value === value && isAlive(token, now));
  }

  /** The last live token that was asked for with just the same. */
  findLive(asked: Asked, now: number): TestToken | undefined {
    return this.#tokens.findLast((token) => identityOf(token) === identityOf(asked) && isAlive(token, now));
  }

  /** Revokes those that match. */
  revoke(matches: (token: TestToken) => boolean): void {
    for (const token of this.#tokens) token.revoked ||= matches(token);
  }
}

function isAlive(token: TestToken, now: number): boolean {
  return !token.revoked && (token.expiresAt === undefined || token.expiresAt > now);
}

function identityOf({ clientId, scope, audience, resource }: Asked): string {
  return JSON.stringify([clientId, scope, audience, resource]);
}
