import { describe, expect, it, jest } from '@jest/globals';
import { awake, unlessAborted } from './abort.js';

const never = new Promise<never>(() => undefined);

describe('waiting unless aborted', () => {
  it('brings what the promise brings', async () => {
    const { signal } = new AbortController();

    await expect(unlessAborted(Promise.resolve(7), signal)).resolves.toBe(7);
    await expect(unlessAborted(Promise.reject(new Error('No.')), signal)).rejects.toThrow('No.');
    await expect(unlessAborted(Promise.resolve(7), undefined)).resolves.toBe(7);
  });

  it('ends with the reason of the signal', async () => {
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

  it('leaves nothing unhandled where the signal was aborted before', async () => {
    const failing = Promise.reject(new Error('Too late.'));

    await expect(unlessAborted(failing, AbortSignal.abort(new Error('Enough.')))).rejects.toThrow('Enough.');
    await new Promise(setImmediate);
  });
});

describe('staying awake', () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;

  it.each([
    ['succeeds', (settle: PromiseWithResolvers) => settle.resolve()],
    ['fails', (settle: PromiseWithResolvers) => settle.reject(new Error('No.'))],
  ])('lasts until the promise %s', async (_, end) => {
    const before = timers();
    const settle = withResolvers();

    const waiting = awake(settle.promise).catch(() => undefined);
    const during = timers();
    end(settle);
    await waiting;

    expect(during).toBe(before + 1);
    expect(timers()).toBe(before);
  });
});

interface PromiseWithResolvers {
  promise: Promise<void>;
  resolve: () => void;
  reject: (reason: Error) => void;
}

function withResolvers(): PromiseWithResolvers {
  let resolve = (): void => undefined;
  let reject: PromiseWithResolvers['reject'] = () => undefined;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
