const MINUTE_MS = 60_000;

/** Shared state of all replicas of one run: time, provider and, optionally, the store. */
export class World {
  /** Number of calls that waited for a token, and of all calls. */
  calls = { waited: 0, all: 0 };
  /** Value in the store. */
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

  /** Issues a token and counts the request. */
  issue() {
    const minute = Math.floor(this.timeline.now / MINUTE_MS);
    this.#requestsByMinute.set(minute, (this.#requestsByMinute.get(minute) ?? 0) + 1);
    this.#issued += 1;
    return `token-${this.#issued}`;
  }

  /** Makes the API refuse every token issued so far. */
  revokeAll() {
    this.#revoked = this.#issued;
  }

  isRevoked(value) {
    return Number(value.slice('token-'.length)) <= this.#revoked;
  }

  keep(value) {
    if (this.hasStore) this.stored = value;
  }

  /** Takes the lock if it is free; returns whether it was. */
  tryLock(owner) {
    const { now } = this.timeline;
    if (this.#lock !== undefined && this.#lock.endsAt > now) return false;
    this.#lock = { owner, endsAt: now + this.settings.lockMs };
    return true;
  }

  unlock(owner) {
    if (this.#lock?.owner === owner) this.#lock = undefined;
  }

  /** Token requests per minute. */
  requestsBetween(from, to) {
    return [...this.#requestsByMinute]
      .filter(([minute]) => minute * MINUTE_MS >= from && minute * MINUTE_MS < to)
      .map(([, requests]) => requests);
  }
}
