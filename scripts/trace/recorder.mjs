import { setTimeout as sleep } from 'node:timers/promises';

/** How long nothing is entered once background work is done. */
const QUIET_MS = 100;
const MAX_FRAMES = 200;

/** Records what is entered, in order, while a trip is made. */
export class Recorder {
  #entries;
  #folder;

  /** @param folder - the URL of the library; given if the depth of each entry is wanted */
  constructor(folder) {
    this.#folder = folder;
    if (folder !== undefined) Error.stackTraceLimit = MAX_FRAMES;
  }

  enter(number) {
    this.#entries?.push({ number, depth: this.#depth() });
  }

  /** What is entered until the work is done and nothing more happens. */
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

  /** Counts frames of the library on the stack below the entered one; who awaits it is there as well. */
  #depth() {
    if (this.#folder === undefined) return 0;
    return new Error('stack').stack.split(this.#folder).length - 2;
  }
}
