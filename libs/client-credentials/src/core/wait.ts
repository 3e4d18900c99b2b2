/**
 * The promise's outcome, unless the signal is aborted first: then the signal's reason. What the promise was waiting
 * for goes on.
 */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await promise;
  if (signal.aborted) promise.catch(() => undefined);
  signal.throwIfAborted();
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors
    onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
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
