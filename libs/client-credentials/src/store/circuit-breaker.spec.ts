import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { StoreOperation } from '../base/events.js';
import { StoreCircuit, storeDeadline } from './circuit-breaker.js';
import type { TokenStore } from '../config/token-store.js';

/** A store that does as it is told, and counts how often it was asked. */
function storeThat(answer: () => Promise<string | undefined>): TokenStore & { asked: number } {
  const store = {
    asked: 0,
    get: () => {
      store.asked += 1;
      return answer();
    },
    set: async () => void (await store.get()),
    delete: async () => void (await store.get()),
  };
  return store;
}

const never = (): Promise<never> => new Promise(() => undefined);
const down = async (): Promise<never> => {
  throw new Error('down');
};

describe('the circuit breaker of a store', () => {
  it('passes on what the store answers', async () => {
    const circuit = new StoreCircuit(storeThat(async () => 'value'));

    const outcome = await circuit.run('get', (store) => store.get('a'), { onOutage: () => undefined });

    expect(outcome).toEqual({ isDone: true, value: 'value' });
  });

  it.each([
    ['fails', down],
    ['does not answer', never],
  ])('tells once of a store that %s, and then leaves it alone', async (_, answer) => {
    const outages: StoreOperation[] = [];
    const store = storeThat(answer);
    const circuit = new StoreCircuit(store);
    const ask = () => circuit.run('get', (each) => each.get('a'), { onOutage: (each) => outages.push(each) });

    const outcomes = [...(await Promise.all([ask(), ask(), ask()])), await ask(), await ask()];

    expect(outcomes).toEqual(Array.from({ length: 5 }, () => ({ isDone: false })));
    expect(outages).toEqual(['get']);
    expect(store.asked).toBe(3);
  });

  it('is closed at first', () => {
    const circuit = new StoreCircuit(storeThat(down));

    expect([circuit.isOpen, circuit.retryInMs]).toEqual([false, 250]);
  });

  it('knows which optional operations the store has', () => {
    const increment = async (): Promise<number> => 1;
    const [with_, without] = [{ ...storeThat(down), increment }, storeThat(down)].map(
      (store) => new StoreCircuit(store),
    );

    expect([with_?.supports('increment'), with_?.supports('lock'), without?.supports('increment')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('fails an operation that throws at once', async () => {
    const circuit = new StoreCircuit(storeThat(down));
    const task = (): never => {
      throw new Error('at once');
    };

    expect(await circuit.run('get', task, { onOutage: () => undefined })).toEqual({ isDone: false });
  });

  it('runs what must always run, also while it is open, and never rejects', async () => {
    const circuit = new StoreCircuit(storeThat(down));
    await circuit.run('get', (store) => store.get('a'), { onOutage: () => undefined });
    const runs: string[] = [];

    await circuit.runAlways(async () => void runs.push('well'));
    await circuit.runAlways(async () => {
      runs.push('ill');
      throw new Error('ill');
    });

    expect([circuit.isOpen, runs]).toEqual([true, ['well', 'ill']]);
  });

  it('finds out beside the calls that the store is well again', async () => {
    let isDown = true;
    const circuit = new StoreCircuit(storeThat(() => (isDown ? down() : Promise.resolve('value'))));
    const ask = () => circuit.run('get', (store) => store.get('a'), { onOutage: () => undefined });
    await ask();
    isDown = false;

    await sleep(1_050);
    const asking = await ask();
    await circuit.drain();
    const well = await ask();

    expect([asking.isDone, well.isDone]).toEqual([false, true]);
  });

  it('calls once each function that waits for the store to be back', async () => {
    let isDown = true;
    const circuit = new StoreCircuit(storeThat(() => (isDown ? down() : Promise.resolve('value'))));
    const calls: string[] = [];
    const ask = (onBack: () => Promise<void>) =>
      circuit.run('get', (store) => store.get('a'), { onOutage: () => undefined, onBack });
    const [one, other] = ['one', 'other'].map((name) => async () => void calls.push(name));
    await ask(one ?? never);
    await ask(one ?? never);
    isDown = false;

    await sleep(1_050);
    await ask(other ?? never);
    const before = [...calls];
    await circuit.drain();
    await ask(one ?? never);

    expect([before, calls]).toEqual([[], ['one', 'other']]);
  });

  it('grants an operation more time where the process was busy', async () => {
    const deadline = storeDeadline(20);

    const until = performance.now() + 120;
    while (performance.now() < until);
    await sleep(1);
    const afterBusy = deadline.hasExpired;
    deadline.clear();

    expect(afterBusy).toBe(false);
  });

  it('gives what came too late to whoever asked for that', async () => {
    const circuit = new StoreCircuit(storeThat(async () => 'late'));
    const deadline = storeDeadline(5);
    const slow = async (store: TokenStore) => {
      await sleep(100);
      return store.get('a');
    };

    const late = await new Promise((resolve) => {
      void circuit.run('get', slow, { onOutage: () => undefined, deadline, onLate: resolve });
    });

    expect(late).toBe('late');
    expect(deadline.hasExpired).toBe(true);
  });
});

describe('the circuit breaker over time', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const options = { onOutage: () => undefined };
  const get = (store: TokenStore): Promise<string | undefined> => store.get('a');

  it('says when the store may be used again', async () => {
    const circuit = new StoreCircuit(storeThat(down));
    await circuit.run('get', get, options);

    const atOnce = circuit.retryInMs;
    await jest.advanceTimersByTimeAsync(600);
    const later = circuit.retryInMs;
    await jest.advanceTimersByTimeAsync(300);

    expect([atOnce, later, circuit.retryInMs]).toEqual([1_000, 400, 250]);
  });

  it('probes a store that stays down at pauses that double up to half a minute', async () => {
    const probedAt: number[] = [];
    const store = storeThat(down);
    const started = performance.now();
    store.set = async () => {
      probedAt.push(performance.now() - started);
      return down();
    };
    const circuit = new StoreCircuit(store);

    for (let ms = 0; ms <= 125_000; ms += 250) {
      await circuit.run('get', get, options);
      await circuit.drain();
      await jest.advanceTimersByTimeAsync(250);
    }

    const pauses = probedAt.map((at, index) => at - (probedAt[index - 1] ?? 0));
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('makes one probe at a time', async () => {
    const store = storeThat(down);
    let probes = 0;
    const circuit = new StoreCircuit(store);
    await circuit.run('get', get, options);
    store.set = () => {
      probes += 1;
      return never();
    };

    await jest.advanceTimersByTimeAsync(1_000);
    await circuit.run('get', get, options);
    await jest.advanceTimersByTimeAsync(100);
    await circuit.run('get', get, options);

    expect(probes).toBe(1);
  });

  it.each(['get', 'set'] as const)(
    'stays open while the operation %s of a probe fails',
    async (operation) => {
      const store = storeThat(down);
      const circuit = new StoreCircuit(store);
      const calls: string[] = [];
      await circuit.run('get', get, { ...options, onBack: async () => void calls.push('back') });
      store.get = operation === 'get' ? down : async () => 'x';
      store.set = operation === 'set' ? down : async () => undefined;

      await jest.advanceTimersByTimeAsync(1_000);
      await circuit.run('get', get, options);
      await circuit.drain();
      const whileIll = [circuit.isOpen, [...calls]];
      store.get = async () => 'x';
      store.set = async () => undefined;
      await jest.advanceTimersByTimeAsync(2_000);
      await circuit.run('get', get, options);
      await circuit.drain();

      expect([whileIll, circuit.isOpen, calls]).toEqual([[true, []], false, ['back']]);
    },
  );

  it('calls nobody back whose operation was done', async () => {
    let isDown = false;
    const circuit = new StoreCircuit(storeThat(() => (isDown ? down() : Promise.resolve('value'))));
    const calls: string[] = [];
    await circuit.run('get', get, { ...options, onBack: async () => void calls.push('done before') });
    isDown = true;
    await circuit.run('get', get, options);
    isDown = false;

    await jest.advanceTimersByTimeAsync(1_000);
    await circuit.run('get', get, options);
    await circuit.drain();

    expect([circuit.isOpen, calls]).toEqual([false, []]);
  });

  it('leaves no timer of its own, and the deadline of a caller running', async () => {
    const circuit = new StoreCircuit(storeThat(async () => 'value'));

    await circuit.run('get', get, options);
    const own = jest.getTimerCount();
    const deadline = storeDeadline(100);
    await circuit.run('get', get, { ...options, deadline });
    await jest.advanceTimersByTimeAsync(100);

    expect([own, deadline.hasExpired]).toEqual([0, true]);
  });
});
