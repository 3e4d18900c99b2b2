import { setTimeout as wait } from 'node:timers/promises';
import type { PollPace } from '../backend/backend.js';

/** Asks until there is an outcome. */
export async function pollUntil<T>(
  ask: () => Promise<T | undefined>,
  { intervalMs, timeoutMs }: PollPace,
  signal: AbortSignal,
): Promise<T> {
  const giveUpAt = Date.now() + timeoutMs;
  for (;;) {
    const outcome = await ask();
    if (outcome !== undefined) return outcome;
    if (Date.now() >= giveUpAt) throw new Error(`No result after ${timeoutMs / 1000} s. Ask the provider.`);
    await wait(intervalMs, undefined, { signal });
  }
}
