import { describe, expect, it } from '@jest/globals';
import { instantClockOf, type Clock } from '../base/clock.js';
import { ClientCredentialsError } from '../base/errors.js';
import { IssuanceBudget, type IssuanceDeps } from './issuance-budget.js';
import { IssuanceWindows } from './issuance-windows.js';
import { MemoryTokenStore } from './memory-token-store.js';

const LIMIT = 20;
const WINDOW_SECONDS = 36_000;
const WINDOW_MS = WINDOW_SECONDS * 1000;

/** Processes that share a store with faults, on one clock. */
class World {
  now = Date.UTC(2030, 0, 1);
  mood: 'well' | 'down' | 'late' | 'late counts' = 'well';
  nearLimits = 0;
  readonly #clock: Clock = { now: () => this.now, monotonic: () => this.now };
  #store = new MemoryTokenStore({ clock: this.#clock });
  #late: { readonly resolve: () => void; readonly reject: () => void }[] = [];

  /** Forgets everything, as FLUSHALL and a failover to an empty copy do. */
  flush(): void {
    this.#store = new MemoryTokenStore({ clock: this.#clock });
  }

  /** Evicts the counter, and no other value. */
  async evictCounter(): Promise<void> {
    await this.#store.delete('key');
  }

  /** What a replica has of the store now. */
  async copy(): Promise<[string, string | undefined][]> {
    const keys = ['key', 'key.opened'];
    return Promise.all(keys.map(async (key) => [key, await this.#store.get(key)] as const)) as never;
  }

  async failOver(copy: [string, string | undefined][]): Promise<void> {
    this.flush();
    for (const [key, value] of copy) await this.#store.set(key, value ?? '', WINDOW_MS);
  }

  /** Ends the operations that gave no result in time: the store has run all of them. */
  async catchUp(as: 'resolve' | 'reject' = 'resolve'): Promise<void> {
    for (const operation of this.#late.splice(0)) operation[as]();
    await new Promise(setImmediate);
  }

  /** Value of the shared counter. */
  async counter(): Promise<number> {
    return Number((await this.#store.get('key')) ?? 0);
  }

  process({ clockIsLateMs = 0, limit = LIMIT, circuit = this.#circuit() } = {}): () => Promise<boolean> {
    const clock = instantClockOf({ now: () => this.now - clockIsLateMs, monotonic: () => this.now });
    const deps = { key: 'key', circuit, windows: new IssuanceWindows(), clock, onOutage: () => undefined };
    const budget = new IssuanceBudget('desk', { limit, windowSeconds: WINDOW_SECONDS }, deps);
    return async () => {
      try {
        await budget.spend(() => void (this.nearLimits += 1));
        return true;
      } catch (error) {
        if (!(error instanceof ClientCredentialsError)) throw error;
        this.retryInMs = Number(error.retryAt) - this.now;
        return false;
      }
    };
  }

  /** Milliseconds from now to the `retryAt` of the last refusal. */
  retryInMs: number | undefined;

  /** A circuit breaker that closes again at once. An operation that is late counts as failed. */
  #circuit(): IssuanceDeps['circuit'] {
    const run = async <T>(work: () => Promise<T>, isCount = false): Promise<T> => {
      if (this.mood === 'down') throw new Error('down');
      const isLate = this.mood === 'late' || (this.mood === 'late counts' && isCount);
      const result = await work();
      if (!isLate) return result;
      await new Promise<void>((resolve, reject) => {
        this.#late.push({ resolve, reject: () => reject(new Error('cut')) });
      });
      return result;
    };
    const store = {
      get: (key: string) => run(() => this.#store.get(key)),
      set: (key: string, value: string, ttlMs: number) => run(() => this.#store.set(key, value, ttlMs)),
      delete: (key: string) => run(() => this.#store.delete(key)),
      increment: (key: string, windowMs: number) => run(() => this.#store.increment(key, windowMs), true),
    };
    return {
      supports: () => true,
      retryInMs: 250,
      track: () => undefined,
      run: async (_, task) => {
        const running = task(store).then(
          (value) => ({ isDone: true, value }) as const,
          () => ({ isDone: false }) as const,
        );
        if (this.mood === 'well' || this.mood === 'down') return running;
        await new Promise(setImmediate);
        return { isDone: false };
      },
    };
  }
}

/** Number of requests that are allowed in a row. */
async function spendAll(spend: () => Promise<boolean>): Promise<number> {
  for (let count = 0; ; count += 1) if (!(await spend())) return count;
}

async function spendSome(spend: () => Promise<boolean>, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) expect(await spend()).toBe(true);
}

describe('the budget of one process', () => {
  it('is exact without a store, also for concurrent requests', async () => {
    const world = new World();
    const budget = new IssuanceBudget(
      'desk',
      { limit: LIMIT, windowSeconds: WINDOW_SECONDS },
      {
        key: 'key',
        circuit: undefined,
        windows: new IssuanceWindows(),
        clock: instantClockOf({ now: () => world.now, monotonic: () => world.now }),
        onOutage: () => undefined,
      },
    );

    const spent = await Promise.allSettled(
      Array.from({ length: 50 }, () => budget.spend(() => void (world.nearLimits += 1))),
    );

    expect(spent.filter(({ status }) => status === 'fulfilled')).toHaveLength(LIMIT);
    expect(world.nearLimits).toBe(1);
  });

  it.each<[string, (world: World) => unknown]>([
    ['that lost everything', (world) => world.flush()],
    ['that evicted the counter', (world) => world.evictCounter()],
    ['that does not answer', (world) => (world.mood = 'down')],
    ['that answers late', (world) => (world.mood = 'late')],
  ])('is exact with a store %s', async (_, harm) => {
    const world = new World();
    const spend = world.process();
    await spendSome(spend, 12);
    await harm(world);
    await spendAll(spend);
    world.mood = 'well';
    await world.catchUp();

    await spendAll(spend);
    const again = await spendAll(spend);
    world.now += WINDOW_MS;
    const next = await spendAll(spend);

    expect([again, next]).toEqual([0, LIMIT]);
  });

  it.each([12, LIMIT])('is exact if the store is emptied after %d requests and once more', async (before) => {
    const world = new World();
    const spend = world.process();
    await spendSome(spend, before);
    world.flush();
    const afterFirst = await spendAll(spend);
    world.flush();

    const afterSecond = await spendAll(spend);

    expect([before + afterFirst, afterSecond]).toEqual([LIMIT, 0]);
  });

  it('is told once of 80 %, also by a request that the store does not count', async () => {
    const world = new World();
    const spend = world.process();
    await spendSome(spend, LIMIT * 0.8 - 1);
    world.mood = 'down';
    await spendSome(spend, 1);
    const { nearLimits } = world;
    world.mood = 'well';
    await spendSome(spend, 2);

    expect([nearLimits, world.nearLimits]).toEqual([1, 1]);
  });

  it('ends with its window, also while the store does not answer', async () => {
    const world = new World();
    await spendSome(world.process(), LIMIT - 1);
    const spend = world.process();
    await spendSome(spend, 1);
    world.mood = 'down';

    const isAllowed = await spend();

    expect([isAllowed, world.retryInMs]).toEqual([false, WINDOW_MS]);
  });

  it('ends its window at the same time after the counter was lost', async () => {
    const world = new World();
    const spend = world.process();
    await spendSome(spend, 5);
    world.now += WINDOW_MS / 2;
    world.flush();
    await spendAll(spend);
    const { retryInMs } = world;
    world.now += WINDOW_MS / 2;

    const next = await spendAll(spend);

    expect([retryInMs, next]).toEqual([WINDOW_MS / 2, LIMIT]);
  });
});

describe('the budget of several processes', () => {
  it('is exact, also for concurrent requests', async () => {
    const world = new World();
    const processes = Array.from({ length: 8 }, () => world.process());

    const spent = await Promise.all(processes.flatMap((spend) => Array.from({ length: 5 }, () => spend())));

    expect(spent.filter(Boolean)).toHaveLength(LIMIT);
    expect(world.nearLimits).toBe(1);
  });

  it('goes on at the largest count that a process knows when the counter was lost', async () => {
    const world = new World();
    const first = world.process();
    const second = world.process();
    await spendSome(first, 10);
    await spendSome(second, 5);
    world.flush();
    await spendSome(second, 1);
    await spendSome(first, 1);

    const counter = await world.counter();
    const late = await spendAll(world.process());

    expect([counter, late]).toEqual([2, 3]);
  });

  it('counts only what is missing after a failover to an older copy', async () => {
    const world = new World();
    const spend = world.process();
    await spendSome(spend, 8);
    const copy = await world.copy();
    await spendSome(spend, 1);
    await world.failOver(copy);

    const rest = await spendAll(spend);
    const counter = await world.counter();

    expect([rest, counter]).toEqual([11, LIMIT - 1]);
  });

  it('gets what was spent while the store was away', async () => {
    const world = new World();
    const first = world.process();
    const second = world.process();
    await spendSome(first, 1);
    await spendSome(second, 1);
    world.mood = 'down';
    const away = [await spendAll(first), await spendAll(second)];
    world.mood = 'well';
    await spendSome(first, 1);
    await spendSome(second, 1);

    const counter = await world.counter();
    const rest = await spendAll(world.process());

    expect([away, counter, rest]).toEqual([[1, 1], 6, LIMIT - 6]);
  });

  it.each(['resolve', 'reject'] as const)(
    'counts a request whose increment timed out, and then had the result "%s"',
    async (result) => {
      const world = new World();
      const spend = world.process();
      await spendSome(spend, 1);
      world.mood = 'late counts';
      await spendSome(spend, 1);
      world.mood = 'well';
      await world.catchUp(result);
      await spendSome(spend, 1);

      const counter = await world.counter();

      // After a lost connection, nobody knows whether the store has counted: better twice than not at all.
      expect(counter).toBe(result === 'resolve' ? 3 : 4);
    },
  );

  it('does not count again what the store may still count', async () => {
    const world = new World();
    const spend = world.process();
    await spendSome(spend, 1);
    world.mood = 'late counts';
    await spendSome(spend, 1);
    world.mood = 'well';
    await spendSome(spend, 2);

    const counter = await world.counter();

    expect(counter).toBe(4);
  });

  it('lets each of ten processes spend a tenth while the store gives no count', async () => {
    const world = new World();
    world.mood = 'down';
    const processes = Array.from({ length: 10 }, () => world.process());

    const spent = await Promise.all(processes.map(spendAll));

    expect(spent).toEqual(Array.from({ length: 10 }, () => LIMIT / 10));
  });

  it.each(['down', 'late'] as const)(
    'is kept by eight processes whose store is %s now and then',
    async (mood) => {
      const world = new World();
      const processes = Array.from({ length: 8 }, () => world.process());
      let spent = 0;
      for (let round = 0; round < 12; round += 1) {
        for (const [index, spend] of processes.entries()) {
          world.mood = (round + index) % 3 === 0 ? mood : 'well';
          if (await spend()) spent += 1;
          await world.catchUp();
        }
      }

      // A process whose store is away does not know what the others have just spent: at most one request each.
      expect(spent).toBeGreaterThanOrEqual(LIMIT);
      expect(spent).toBeLessThanOrEqual(LIMIT + processes.length);
    },
  );
});

describe('the end of a window', () => {
  it('is known although the process that opened it died', async () => {
    const world = new World();
    world.mood = 'late counts';
    // Dies before it learns that its increment opened the window.
    await world.process()();
    world.mood = 'well';
    world.now += WINDOW_MS / 2;
    await spendAll(world.process());

    expect(world.retryInMs).toBe(WINDOW_MS / 2);
  });

  it('is the same for a process that came late', async () => {
    const world = new World();
    await spendSome(world.process(), 1);
    world.now += WINDOW_MS / 2;
    const late = world.process();
    await spendAll(late);
    const { retryInMs } = world;
    world.now += WINDOW_MS / 2;

    const next = await spendAll(late);

    expect([retryInMs, next]).toEqual([WINDOW_MS / 2, LIMIT]);
  });

  it.each([-60_000, 60_000])('carries nothing over if a clock is off by %d ms', async (clockIsLateMs) => {
    const world = new World();
    await spendSome(world.process(), 1);
    const off = world.process({ clockIsLateMs });
    await spendSome(off, 10);
    world.now += WINDOW_MS - 1;
    await spendSome(off, 1);
    world.now += 2;

    const next = await spendAll(off);

    expect(next).toBe(LIMIT);
  });
});
