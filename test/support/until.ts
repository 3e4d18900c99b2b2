import { setImmediate } from 'node:timers/promises';

/** Waits, without a timer, for something that comes about on its own; the test's own timeout ends a wait in vain. */
export async function until(hasComeAbout: () => boolean): Promise<void> {
  while (!hasComeAbout()) await setImmediate();
}
