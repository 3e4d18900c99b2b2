import { setImmediate } from 'node:timers/promises';

/** Polls a condition without a timer. The test's own timeout ends an endless wait. */
export async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await setImmediate();
}
