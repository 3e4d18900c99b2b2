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
  /** Writes of what is told of the counter. */
  tellings = 0;
  /** Whether these writes fail. */
  tellingFails = false;
  /** Operations that were reported to fail. */
  readonly outages: string[] = [];
  /** What the store returns in place of a count. */
  wrongCount: { readonly value: number | undefined } | undefined;
  readonly #onOutage = (operation: string): void => void this.outages.push(operation);
  readonly #onBack: (() => Promise<void>)[] = [];
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
  async counter(key = 'key'): Promise<number> {
    return Number((await this.#store.get(key)) ?? 0);
  }

  /** What the store is told of a counter. */
  async opened(key = 'key'): Promise<string | undefined> {
    return this.#store.get(`${key}.opened`);
  }

  /** Tells each process that the store is back. */
  async back(): Promise<void> {
    for (const tell of this.#onBack.splice(0)) await tell();
  }

  process({
    key = 'key',
    clockIsLateMs = 0,
    limit = LIMIT,
    circuit = this.#circuit(),
  } = {}): () => Promise<boolean> {
    const clock = instantClockOf({ now: () => this.now - clockIsLateMs, monotonic: () => this.now });
    const deps = { key, circuit, windows: new IssuanceWindows(), clock, onOutage: this.#onOutage };
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
      set: (key: string, value: string, ttlMs: number) => {
        this.tellings += 1;
        if (this.tellingFails) return Promise.reject(new Error('full'));
        return run(() => this.#store.set(key, value, ttlMs));
      },
      delete: (key: string) => run(() => this.#store.delete(key)),
      increment: async (key: string, windowMs: number) => {
        const count = await run(() => this.#store.increment(key, windowMs), true);
        return this.wrongCount === undefined ? count : (this.wrongCount.value as number);
      },
    };
    return {
      supports: (operation) => operation === 'increment',
      retryInMs: 250,
      track: () => undefined,
      run: async (operation, task, { onOutage, onBack }) => {
        const running = task(store).then(
          (value) => ({ isDone: true, value }) as const,
          () => {
            onOutage(operation);
            if (onBack !== undefined) this.#onBack.push(onBack);
            return { isDone: false } as const;
          },
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

  it('is not told of 80 % before', async () => {
    const deps = {
      key: 'key',
      circuit: undefined,
      windows: new IssuanceWindows(),
      clock: instantClockOf({ now: () => 0, monotonic: () => 0 }),
      onOutage: () => undefined,
    };
    const budget = new IssuanceBudget('desk', { limit: 5, windowSeconds: WINDOW_SECONDS }, deps);
    const told: number[] = [];

    for (let request = 1; request <= 5; request += 1) await budget.spend(() => told.push(request));

    expect(told).toEqual([4]);
  });

  it('is told of 80 %, where a part was counted by a counter that was lost', async () => {
    const world = new World();
    const spend = world.process();
    await spendSome(spend, 15);
    world.flush();
    const before = world.nearLimits;

    await spendSome(spend, 1);

    expect([before, world.nearLimits]).toEqual([0, 1]);
  });

  it.each([[undefined], [0], [Number.NaN]])('takes %s for no count', async (value) => {
    const world = new World();
    const spend = world.process();
    world.wrongCount = { value };

    const spent = await spendAll(spend);

    expect([spent, world.retryInMs]).toEqual([LIMIT / 10, 250]);
    expect(world.outages).toContain('increment');
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

describe('the counter in a store', () => {
  it('is one per client', async () => {
    const world = new World();
    await spendSome(world.process({ key: 'one' }), 3);
    await spendSome(world.process({ key: 'other' }), 4);

    expect([await world.counter('one'), await world.counter('other')]).toEqual([3, 4]);
    expect(await world.opened('one')).toMatch(/^1893456000000 [\da-f-]{36} 0$/);
    expect(await world.opened('other')).not.toBe(await world.opened('one'));
  });

  it('is told of when it begins, and when it was lost', async () => {
    const world = new World();
    const spend = world.process();
    await spendSome(spend, 3);
    const atFirst = world.tellings;
    world.flush();
    await spendSome(spend, 3);

    expect([atFirst, world.tellings]).toEqual([1, 2]);
    expect(await world.opened()).toMatch(/ 3$/);
  });

  it('is told of once more by a process that knew of a larger count', async () => {
    const world = new World();
    const [first, second] = [world.process(), world.process()];
    await spendSome(first, 2);
    await spendSome(second, 2);
    world.flush();
    await spendSome(first, 1);
    const before = await world.opened();

    await spendSome(second, 2);

    const after = await world.opened();
    expect([before, after]).toEqual([expect.stringMatching(/ 2$/), expect.stringMatching(/ 4$/)]);
    expect(after?.split(' ')[1]).toBe(before?.split(' ')[1]);
    expect(world.tellings).toBe(3);
  });

  it('is exact for a process that noticed one loss, and another process the next', async () => {
    const world = new World();
    const [first, second] = [world.process(), world.process()];
    await spendSome(first, 10);
    world.flush();
    await spendSome(first, 1);
    world.flush();
    await spendSome(second, 1);

    const rest = await spendAll(first);

    expect(rest).toBe(LIMIT - 12);
  });

  it('gets what was spent while the store was away as soon as it is back', async () => {
    const world = new World();
    const spend = world.process();
    await spendSome(spend, 1);
    world.mood = 'down';
    await spendSome(spend, 1);
    world.mood = 'well';

    await world.back();
    const counter = await world.counter();
    await world.back();

    expect([counter, await world.counter(), world.outages]).toEqual([2, 2, ['increment']]);
  });

  it('gets it the next time, where the store is down again', async () => {
    const world = new World();
    const spend = world.process();
    await spendSome(spend, 1);
    world.mood = 'down';
    await spendSome(spend, 1);
    await world.back();
    world.mood = 'well';
    await world.back();

    expect([await world.counter(), world.outages]).toEqual([2, ['increment', 'increment']]);
  });

  it('that was lost is told of by what a process owes to it', async () => {
    const world = new World();
    const spend = world.process();
    await spendSome(spend, 3);
    world.mood = 'down';
    await spendSome(spend, 1);
    world.mood = 'well';
    world.flush();

    await world.back();

    expect(await world.counter()).toBe(1);
    expect(await world.opened()).toMatch(/ 3$/);
  });

  it('is exact where it could not be told of', async () => {
    const world = new World();
    const spend = world.process();
    await spendSome(spend, 3);
    await world.evictCounter();
    world.tellingFails = true;
    await spendSome(spend, 1);
    world.tellingFails = false;

    const rest = await spendAll(spend);

    expect(rest).toBe(LIMIT - 4);
  });

  it('refuses a request that what is owed leaves no room for', async () => {
    const world = new World();
    const [first, second] = [world.process(), world.process()];
    await spendSome(second, 1);
    world.mood = 'down';
    await spendSome(second, 1);
    world.mood = 'well';
    await spendSome(first, LIMIT - 2);

    expect(await second()).toBe(false);
  });

  it('reports an outage while it is told of', async () => {
    const world = new World();
    const spend = world.process();
    await spendSome(spend, 3);
    await world.evictCounter();
    world.tellingFails = true;

    await spendSome(spend, 1);

    expect(world.outages).toEqual(['set']);
  });
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
