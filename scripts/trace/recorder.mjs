import { setTimeout as sleep } from 'node:timers/promises';

/** Pause without entries after which background work counts as done. */
const QUIET_MS = 100;
const MAX_FRAMES = 200;

/** Records the entered functions during a trip, in order. */
export class Recorder {
  #entries;
  #folder;

  /** @param folder - URL of the library, to record the call depth of each entry as well */
  constructor(folder) {
    this.#folder = folder;
    if (folder !== undefined) Error.stackTraceLimit = MAX_FRAMES;
  }

  enter(number) {
    this.#entries?.push({ number, depth: this.#depth() });
  }

  /** Runs work; returns the functions entered until the work and its background work are done. */
  async during(work) {
    const entries = [];
    this.#entries = entries;
    try {
      await work();
      let before;
      do {
        before = entries.length;
        await sleep(QUIET_MS);
      } while (entries.length > before);
      return entries;
    } finally {
      this.#entries = undefined;
    }
  }

  /** Call depth of an entry: library frames on the stack below it, including awaiting functions. */
  #depth() {
    if (this.#folder === undefined) return 0;
    return new Error('stack').stack.split(this.#folder).length - 2;
  }
}
