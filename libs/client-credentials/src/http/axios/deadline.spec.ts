import { describe, expect, it } from '@jest/globals';
import axios, { AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import { CallDeadline, timeoutMessageOf } from './deadline.js';

const callOf = (config: Omit<InternalAxiosRequestConfig, 'headers'>): InternalAxiosRequestConfig => ({
  ...config,
  headers: new AxiosHeaders(),
});
const never = (): Promise<never> => new Promise(() => undefined);
const endOf = (config: InternalAxiosRequestConfig): Promise<unknown> =>
  new CallDeadline(config).run(never).catch((error: unknown) => error);

describe('how long the caller of an axios call waits', () => {
  it.each([
    ['for ever by default', undefined],
    ['for ever with 0', 0],
    ['for ever with what is no number', 'soon' as unknown as number],
  ])('is %s', (_, timeout) => {
    const config = callOf(timeout === undefined ? {} : { timeout });

    expect(new CallDeadline(config).remainingMs()).toBeUndefined();
  });

  it.each([
    ['a number', 60_000],
    ['a number as text', '60000' as unknown as number],
  ])('is what is left of a timeout that is %s', (_, timeout) => {
    const left = new CallDeadline(callOf({ timeout }), performance.now() - 1_000).remainingMs();

    expect(left).toBeGreaterThan(1);
    expect(left).toBeLessThanOrEqual(59_000);
  });

  it('is a moment where the timeout is over, and no longer than a timer can wait', () => {
    expect(new CallDeadline(callOf({ timeout: 10 }), performance.now() - 1_000).remainingMs()).toBe(1);
    expect(new CallDeadline(callOf({ timeout: 2 ** 40 })).remainingMs()).toBe(2 ** 31 - 1);
  });

  it.each([
    [undefined, 'ECONNABORTED'],
    [{ clarifyTimeoutError: true }, 'ETIMEDOUT'],
  ])('ends with the code of axios, with %j', async (transitional, code) => {
    const config = callOf({ timeout: 1, ...(transitional && { transitional }) });

    expect(await endOf(config)).toMatchObject({ code, message: 'timeout of 1ms exceeded', config });
  });

  it('ends with the message that is configured', () => {
    expect(timeoutMessageOf(callOf({ timeout: 1, timeoutErrorMessage: 'Too late.' }))).toBe('Too late.');
  });

  it('ends with its signal, also where that was aborted before', async () => {
    const controller = new AbortController();
    const config = callOf({ signal: controller.signal });
    const ends = endOf(config);
    controller.abort();

    expect(await ends).toMatchObject({ code: 'ERR_CANCELED', config });
    expect(await endOf(config)).toMatchObject({ code: 'ERR_CANCELED', config });
  });

  it('ends with its cancel token', async () => {
    const { token, cancel } = axios.CancelToken.source();
    const ends = endOf(callOf({ cancelToken: token }));
    cancel('No more.');

    expect(await ends).toMatchObject({ code: 'ERR_CANCELED', message: 'No more.' });
  });

  it('ends with the task, whatever the caller may do later', async () => {
    const controller = new AbortController();
    const deadline = new CallDeadline(callOf({ timeout: 60_000, signal: controller.signal }));

    const signal = await deadline.run((given) => given);
    controller.abort();

    expect(signal?.aborted).toBe(false);
  });
});
