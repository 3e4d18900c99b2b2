/**
 * The promise's outcome, unless the signal is aborted first: then the signal's reason. What the promise was waiting
 * for goes on.
 */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
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
 * Keeps the process alive while somebody waits for the promise. None of the library's own timers does that, so a
 * script whose only work is to wait for a token would else end in the middle of it.
 */
export async function awake<T>(promise: Promise<T>): Promise<T> {
  const hold = setInterval(() => undefined, LONG_MS);
  try {
    return await promise;
  } finally {
    clearInterval(hold);
  }
}
