/**
 * The promise's outcome, unless the signal is aborted first: then the signal's reason. What the promise was waiting
 * for goes on.
 */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return signal === undefined ? promise : firstOf(promise, signal);
}

async function firstOf<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    // The reason is the aborter's own, whatever it is.
    onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
  try {
    return await Promise.race([aborted, promise]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}

// Half the longest delay that a timer can hold.
const LONG_MS = 2 ** 30;

/**
 * Keeps the process alive while somebody waits for something. None of the library's own timers does that, so a
 * script whose only work is to wait for a token would else end in the middle of it. Any number may wait: one timer is enough.
 */
export class SharedWait {
  #waiting = 0;
  #hold: NodeJS.Timeout | undefined;

  async for<T>(promise: Promise<T>): Promise<T> {
    this.#waiting += 1;
    this.#hold ??= setInterval(() => undefined, LONG_MS);
    try {
      return await promise;
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#release();
    }
  }

  #release(): void {
    clearInterval(this.#hold);
    this.#hold = undefined;
  }
}

/** The same for one who waits. */
export function awake<T>(promise: Promise<T>): Promise<T> {
  return new SharedWait().for(promise);
}
