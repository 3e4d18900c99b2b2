/** The end of an acquisition by the wall clock. */
export interface Deadline {
  /** Aborted when time is up, or when the parent signal is. */
  readonly signal: AbortSignal;
  readonly hasPassed: () => boolean;
  readonly remainingMs: () => number;
  /** Ends the deadline; to be called once the work is done. */
  readonly clear: () => void;
}

/** Starts a deadline. Its timer keeps no process alive. */
export function startDeadline(timeoutMs: number, parent: AbortSignal): Deadline {
  const controller = new AbortController();
  const endsAt = performance.now() + timeoutMs;
  let hasPassed = false;
  const timer = setTimeout(() => {
    hasPassed = true;
    controller.abort();
  }, timeoutMs);
  timer.unref();
  const onAbort = (): void => controller.abort(parent.reason);
  parent.addEventListener('abort', onAbort, { once: true });
  if (parent.aborted) onAbort();
  return {
    signal: controller.signal,
    hasPassed: () => hasPassed,
    remainingMs: () => endsAt - performance.now(),
    clear: () => {
      clearTimeout(timer);
      parent.removeEventListener('abort', onAbort);
    },
  };
}
