import { AccessToken } from '../../dist/esm/token/access-token.js';
import { decide, remainingMs } from '../../dist/esm/token/refresh-policy.js';
import { deserialize, serialize } from '../../dist/esm/store/token-codec.js';
import { pollDelayMs } from '../../dist/esm/store/locked-refresh.js';
import { EntryState } from '../../dist/esm/cache/entry-state.js';
import { exponential } from './randomness.mjs';

const ASKED = { scopes: [], audience: undefined, resources: [], parameters: {} };

/**
 * One process of the fleet. What it does is decided by the library's own code; only what takes time (the provider, the store, the
 * waits) is played. Between two moments at which a decision may change, no call is simulated.
 */
export class Replica {
  #world;
  #skewMs;
  #state = new EntryState();
  #terms;
  #isFlying = false;
  /** Only the call planned last counts. */
  #plan = 0;

  constructor(world, skewMs) {
    this.#world = world;
    this.#skewMs = skewMs;
    this.#terms = { lifetime: {}, random: world.random };
  }

  /** Makes the next call, which comes by chance after this. */
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
      this.#fly(decision.reason);
    } else if (decision.do === 'serve-and-refresh') {
      this.#fly('refresh-ahead');
    } else {
      this.callAfter(this.#untilDueMs());
    }
  }

  /** How long nothing else than serving can be decided. */
  #untilDueMs() {
    const { token } = this.#state.state;
    const dueMs = remainingMs(token, this.#now()) - token.refreshAheadMs;
    const { calls, settings } = this.#world;
    if (dueMs > 0) calls.all += dueMs / settings.callEveryMs;
    return Math.max(dueMs, 0);
  }

  #fly(reason) {
    if (this.#isFlying) return;
    this.#isFlying = true;
    const land = () => this.#land();
    if (this.#world.hasStore) this.#look(reason, land, () => this.#contend(reason, 0));
    else this.#acquire(reason, land);
  }

  /** Looks into the store: a token of somebody else is as good as an own one. */
  #look(reason, found, missing) {
    const { timeline, settings } = this.#world;
    timeline.after(settings.storeMs, () => {
      const stored = deserialize(this.#world.stored, ASKED, this.#now());
      if (stored === undefined || !this.#state.isUsable(stored, 0, this.#now(), this.#terms))
        return missing();
      this.#accept(stored, reason);
      return found();
    });
  }

  /** Asks if the lock is free, else waits for who holds it. */
  #contend(reason, poll) {
    const { timeline, settings, random } = this.#world;
    const land = () => this.#land();
    timeline.after(settings.storeMs, () => {
      if (!this.#world.tryLock(this)) {
        const again = () => this.#look(reason, land, () => this.#contend(reason, poll + 1));
        timeline.after(pollDelayMs(poll, random()), again);
        return;
      }
      const landAndUnlock = () => {
        land();
        // After what was acquired is in the store.
        timeline.after(2 * settings.storeMs, () => this.#world.unlock(this));
      };
      this.#look(reason, landAndUnlock, () => this.#acquire(reason, landAndUnlock));
    });
  }

  #acquire(reason, done) {
    const { timeline, settings } = this.#world;
    const requested = this.#now();
    timeline.after(settings.requestMs, () => {
      const value = this.#world.issue();
      const issued = { value, type: 'Bearer', scopes: [], requested, lifetimeMs: settings.lifetimeMs };
      this.#accept(issued, reason);
      timeline.after(settings.storeMs, () => this.#world.keep(serialize(issued, ASKED)));
      done();
    });
  }

  #accept(issued, reason) {
    const held = this.#state.withMargins(issued, this.#terms);
    const access = new AccessToken(issued, ({ value }) => `Bearer ${value}`);
    this.#state.use(issued, held, access, reason, this.#now());
  }

  #land() {
    this.#isFlying = false;
    this.callAfter(0);
  }

  #now() {
    const { now } = this.#world.timeline;
    return { at: now + this.#skewMs, monotonicMs: now };
  }
}
