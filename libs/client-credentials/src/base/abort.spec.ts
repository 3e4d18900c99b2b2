import { describe, expect, it, jest } from '@jest/globals';
import { Deadline, unlessAborted } from './abort.js';

const never = new Promise<never>(() => undefined);

describe('waiting unless aborted', () => {
  it('settles as the promise does', async () => {
    const { signal } = new AbortController();

    await expect(unlessAborted(Promise.resolve(7), signal)).resolves.toBe(7);
    await expect(unlessAborted(Promise.reject(new Error('No.')), signal)).rejects.toThrow('No.');
    await expect(unlessAborted(Promise.resolve(7), undefined)).resolves.toBe(7);
  });

  it('rejects with the reason of the signal', async () => {
    const controller = new AbortController();
    const waiting = unlessAborted(never, controller.signal);

    controller.abort(new Error('Enough.'));

    await expect(waiting).rejects.toThrow('Enough.');
  });

  it('leaves no listener behind', async () => {
    const { signal } = new AbortController();
    const add = jest.spyOn(signal, 'addEventListener');
    const remove = jest.spyOn(signal, 'removeEventListener');

    await unlessAborted(Promise.resolve(), signal);

    expect(add).toHaveBeenCalledTimes(1);
    expect(remove.mock.calls[0]?.slice(0, 2)).toEqual(add.mock.calls[0]?.slice(0, 2));
  });

  it('handles a rejected promise if the signal was aborted before', async () => {
    const failing = Promise.reject(new Error('Too late.'));

    await expect(unlessAborted(failing, AbortSignal.abort(new Error('Enough.')))).rejects.toThrow('Enough.');
    await new Promise(setImmediate);
  });
});

describe('a deadline', () => {
  it('settles as the work does if that is in time', async () => {
    const deadline = new Deadline(1_000);

    await expect(deadline.run(Promise.resolve(7))).resolves.toBe(7);
    deadline.clear();

    expect([deadline.hasExpired, deadline.isOver]).toEqual([false, false]);
    expect(deadline.remainingMs()).toBeGreaterThan(0);
  });

  it('rejects with its reason once time is up', async () => {
    const deadline = new Deadline(1, { reason: () => new Error('Too late.') });

    await expect(deadline.run(never)).rejects.toThrow('Too late.');

    expect([deadline.hasExpired, deadline.isOver, deadline.signal.aborted]).toEqual([true, true, true]);
  });

  it('rejects with the reason of its parent', async () => {
    const parent = new AbortController();
    const deadline = new Deadline(10_000, { parent: parent.signal });

    parent.abort(new Error('Closed.'));

    await expect(deadline.run(never)).rejects.toThrow('Closed.');
    expect(deadline.hasExpired).toBe(false);
    deadline.clear();
  });

  it('is over by the wall clock even if its timer could not fire', () => {
    const deadline = new Deadline(60_000);
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);

    expect([deadline.isOver, deadline.hasExpired]).toEqual([true, false]);
    deadline.clear();
  });

  it('keeps the process alive only with keepsAlive', () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;
    const before = timers();

    const idle = new Deadline(10_000);
    const idleTimers = timers() - before;
    const awaited = new Deadline(10_000, { keepsAlive: true });
    const awaitedTimers = timers() - before;
    for (const deadline of [idle, awaited]) deadline.clear();

    expect([idleTimers, awaitedTimers, timers() - before]).toEqual([0, 1, 0]);
  });
});
