import { elapsedMs, type Instant } from '../base/clock.js';

// Several scopes whose tokens are replaced at once. More would cost memory for each of many tenants.
const MAX_TOKENS = 5;
// Servers that log and quote requests are behind by seconds.
const KEPT_MS = 120_000;

/** A token, and the instant at which another one took its place. */
interface ReplacedToken {
  readonly value: string;
  readonly replaced: Instant;
}

/** The tokens of one client that were replaced a moment ago, which no output may show either. */
export class RecentTokens {
  #tokens: readonly ReplacedToken[] = [];

  /** Notes that a token was replaced. */
  note(value: string, now: Instant): void {
    const others = this.#kept(now).filter((token) => token.value !== value);
    this.#tokens = [...others, { value, replaced: now }].slice(-MAX_TOKENS);
  }

  /** Values of the tokens, and drops what is too old. */
  values(now: Instant): string[] {
    this.#tokens = this.#kept(now);
    return this.#tokens.map(({ value }) => value);
  }

  #kept(now: Instant): readonly ReplacedToken[] {
    return this.#tokens.filter(({ replaced }) => elapsedMs(replaced, now) < KEPT_MS);
  }
}
