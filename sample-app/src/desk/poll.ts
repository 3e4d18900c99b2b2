import { setTimeout as wait } from 'node:timers/promises';
import type { PollPace } from '../backend/backend.js';

/** Repeats a request until it returns a result. */
export async function pollUntil<T>(
  request: () => Promise<T | undefined>,
  { intervalMs, timeoutMs }: PollPace,
  signal: AbortSignal,
): Promise<T> {
  const giveUpAt = Date.now() + timeoutMs;
  for (;;) {
    const result = await request();
    if (result !== undefined) return result;
    if (Date.now() >= giveUpAt) throw new Error(`No result after ${timeoutMs / 1000} s. Ask the provider.`);
    await wait(intervalMs, undefined, { signal });
  }
}
