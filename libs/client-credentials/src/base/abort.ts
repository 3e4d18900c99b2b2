import { performance } from 'node:perf_hooks';

/** The longest delay that a timer of Node can hold, in milliseconds: 24 days. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;

/** The promise's outcome, or the signal's reason if the signal is aborted first. The promise itself goes on. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return signal === undefined ? promise : firstOf(promise, signal);
}

async function firstOf<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
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

/** How a {@link Deadline} ends. */
export interface DeadlineOptions {
  /** Ends the deadline early, with the same reason. */
  readonly parent?: AbortSignal | undefined;
  /** Makes the reason that the signal is aborted with when time is up. */
  readonly reason?: (() => unknown) | undefined;
  /** Whether the timer keeps the process alive: so where somebody waits for the work. Default: no. */
  readonly keepsAlive?: boolean | undefined;
  /** How often the time is granted again when the timer fires late because the process itself was busy. */
  readonly extensions?: number | undefined;
}

// A timer that fires later than this shows a busy process rather than slow work.
const BUSY_MS = 50;

/** The one way to wait at most so long. Call {@link clear} once the work is done. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #options: DeadlineOptions;
  readonly #startedAt = { wall: Date.now(), monotonic: performance.now() };
  readonly #timeoutMs: number;
  #timer: NodeJS.Timeout | undefined;
  #hasExpired = false;

  constructor(timeoutMs: number, options: DeadlineOptions = {}) {
    this.#timeoutMs = timeoutMs;
    this.#options = options;
    this.#arm(timeoutMs, options.extensions ?? 0);
    options.parent?.addEventListener('abort', this.#onParentAbort, { once: true });
    if (options.parent?.aborted === true) this.#onParentAbort();
  }

  /** Aborted when time is up, or when the parent signal is. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether time was up before the work was done. */
  get hasExpired(): boolean {
    return this.#hasExpired;
  }

  /** Whether time is up by either clock, also while the timer could not fire: the process may have been frozen. */
  get isOver(): boolean {
    return (
      this.#hasExpired || this.remainingMs() <= 0 || Date.now() - this.#startedAt.wall >= this.#timeoutMs
    );
  }

  /** Milliseconds that are left by the monotonic clock; negative when time is up. */
  remainingMs(): number {
    return this.#timeoutMs - (performance.now() - this.#startedAt.monotonic);
  }

  /** The promise's outcome, unless time is up or the parent is aborted first: then the reason. */
  run<T>(promise: Promise<T>): Promise<T> {
    return firstOf(promise, this.#controller.signal);
  }

  /** Stops the timer. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#options.parent?.removeEventListener('abort', this.#onParentAbort);
  }

  #expire(): void {
    if (this.#controller.signal.aborted) return;
    this.#hasExpired = true;
    this.#controller.abort(this.#options.reason?.());
  }

  #arm(ms: number, extensions: number): void {
    const dueAt = performance.now() + ms;
    const onTimer = (): void => {
      const isBusy = performance.now() - dueAt > BUSY_MS;
      if (isBusy && extensions > 0) this.#arm(ms, extensions - 1);
      else this.#expire();
    };
    this.#timer = setTimeout(onTimer, Math.min(Math.max(ms, 0), MAX_TIMER_MS));
    if (this.#options.keepsAlive !== true) this.#timer.unref?.();
  }

  readonly #onParentAbort = (): void => this.#controller.abort(this.#options.parent?.reason);
}
