import { AccessToken } from '../../dist/modules/token/access-token.js';
import { decide, remainingMs } from '../../dist/modules/token/refresh-policy.js';
import { deserialize, serialize } from '../../dist/modules/store/token-codec.js';
import { pollDelayMs } from '../../dist/modules/store/locked-refresh.js';
import { EntryState } from '../../dist/modules/cache/entry-state.js';
import { exponential } from './randomness.mjs';

const REQUEST = { scopes: [], audience: undefined, resources: [], parameters: {} };

/**
 * One simulated process of the fleet.
 *
 * The library's own code makes the decisions; provider, store and waits are simulated. Calls between two instants at which
 * the decision may change are counted, not simulated.
 */
export class Replica {
  #world;
  #skewMs;
  #state = new EntryState();
  #options;
  #isRefreshing = false;
  /** Number of the call planned last; earlier plans are void. */
  #plan = 0;

  constructor(world, skewMs) {
    this.#world = world;
    this.#skewMs = skewMs;
    this.#options = { lifetime: {}, random: world.random };
  }

  /** Plans the next call, at a random time after `ms`. */
  callAfter(ms) {
    const { timeline, random, settings } = this.#world;
    const plan = (this.#plan += 1);
    timeline.after(ms + exponential(settings.callEveryMs, random), () => {
      if (plan === this.#plan) this.#call();
    });
  }

  #call() {
    const { calls, settings } = this.#world;
    const { current } = this.#state;
    if (current !== undefined && this.#world.isRevoked(current.value)) {
      this.#state.refuse(current.value, false, this.#now(), settings.cooldownMs);
    }
    calls.all += 1;
    const decision = decide(this.#state.state, this.#now());
    if (decision.do === 'wait') {
      calls.waited += 1;
      this.#refresh(decision.reason);
    } else if (decision.do === 'serve-and-refresh') {
      this.#refresh('refresh-ahead');
    } else {
      this.callAfter(this.#untilDueMs());
    }
  }

  /** Milliseconds during which the only decision is to serve the token; counts the calls in between. */
  #untilDueMs() {
    const { token } = this.#state.state;
    const dueMs = remainingMs(token, this.#now()) - token.refreshAheadMs;
    const { calls, settings } = this.#world;
    if (dueMs > 0) calls.all += dueMs / settings.callEveryMs;
    return Math.max(dueMs, 0);
  }

  #refresh(reason) {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    const finish = () => this.#finish();
    if (this.#world.hasStore) this.#readStore(reason, finish, () => this.#contend(reason, 0));
    else this.#acquire(reason, finish);
  }

  /** Uses a stored token of any process, if there is a usable one. */
  #readStore(reason, found, missing) {
    const { timeline, settings } = this.#world;
    timeline.after(settings.storeMs, () => {
      const stored = deserialize(this.#world.stored, REQUEST, this.#now());
      if (stored === undefined || !this.#state.isUsable(stored, 0, this.#now(), this.#options))
        return missing();
      this.#accept(stored, reason);
      return found();
    });
  }

  /** Requests a token under the lock; while another process holds it, polls the store. */
  #contend(reason, poll) {
    const { timeline, settings, random } = this.#world;
    const finish = () => this.#finish();
    timeline.after(settings.storeMs, () => {
      if (!this.#world.tryLock(this)) {
        const again = () => this.#readStore(reason, finish, () => this.#contend(reason, poll + 1));
        timeline.after(pollDelayMs(poll, random()), again);
        return;
      }
      const finishAndUnlock = () => {
        finish();
        // Releases the lock after the token was written to the store.
        timeline.after(2 * settings.storeMs, () => this.#world.unlock(this));
      };
      this.#readStore(reason, finishAndUnlock, () => this.#acquire(reason, finishAndUnlock));
    });
  }

  #acquire(reason, done) {
    const { timeline, settings } = this.#world;
    const requested = this.#now();
    timeline.after(settings.requestMs, () => {
      const value = this.#world.issue();
      const issued = { value, type: 'Bearer', scopes: [], requested, lifetimeMs: settings.lifetimeMs };
      this.#accept(issued, reason);
      timeline.after(settings.storeMs, () => this.#world.keep(serialize(issued, REQUEST)));
      done();
    });
  }

  #accept(issued, reason) {
    const token = this.#state.withMargins(issued, this.#options);
    const access = new AccessToken(issued, ({ value }) => `Bearer ${value}`);
    this.#state.use(issued, token, access, reason, this.#now());
  }

  #finish() {
    this.#isRefreshing = false;
    this.callAfter(0);
  }

  #now() {
    const { now } = this.#world.timeline;
    return { at: now + this.#skewMs, monotonicMs: now };
  }
}
