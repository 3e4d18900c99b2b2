const MINUTE_MS = 60_000;

/** What all replicas of one run have in common: time, the provider, and the store if there is one. */
export class World {
  /** How many calls had to wait for a token, of how many. */
  calls = { waited: 0, all: 0 };
  /** What the store holds. */
  stored;
  #lock;
  #issued = 0;
  #revoked = 0;
  #requestsByMinute = new Map();

  constructor({ timeline, random, settings, hasStore }) {
    this.timeline = timeline;
    this.random = random;
    this.settings = settings;
    this.hasStore = hasStore;
  }

  /** The provider hands out a token. */
  issue() {
    const minute = Math.floor(this.timeline.now / MINUTE_MS);
    this.#requestsByMinute.set(minute, (this.#requestsByMinute.get(minute) ?? 0) + 1);
    this.#issued += 1;
    return `token-${this.#issued}`;
  }

  /** From now on the API refuses every token that was handed out so far. */
  revokeAll() {
    this.#revoked = this.#issued;
  }

  isRevoked(value) {
    return Number(value.slice('token-'.length)) <= this.#revoked;
  }

  keep(value) {
    if (this.hasStore) this.stored = value;
  }

  /** The lock, if it is free. */
  tryLock(owner) {
    const { now } = this.timeline;
    if (this.#lock !== undefined && this.#lock.endsAt > now) return false;
    this.#lock = { owner, endsAt: now + this.settings.lockMs };
    return true;
  }

  unlock(owner) {
    if (this.#lock?.owner === owner) this.#lock = undefined;
  }

  /** Token requests, minute by minute. */
  requestsBetween(from, to) {
    return [...this.#requestsByMinute]
      .filter(([minute]) => minute * MINUTE_MS >= from && minute * MINUTE_MS < to)
      .map(([, requests]) => requests);
  }
}
