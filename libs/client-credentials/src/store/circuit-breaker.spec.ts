import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
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
