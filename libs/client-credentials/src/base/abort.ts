import { performance } from 'node:perf_hooks';

/** Longest delay of a Node timer, in milliseconds (24 days). */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;

/**
 * Settles as the promise does, or rejects with the signal's reason if the signal is aborted first.
 *
 * An abort ends the wait only; the work behind the promise continues.
 */
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

/** Options of a {@link Deadline}. */
export interface DeadlineOptions {
  /** Signal that ends the deadline early, with the signal's reason. */
  readonly parent?: AbortSignal | undefined;
  /** Returns the abort reason for when time is up. */
  readonly reason?: (() => unknown) | undefined;
  /** Whether the timer keeps the process alive, for work that a caller waits for. Default: false. */
  readonly keepsAlive?: boolean | undefined;
  /** Number of extensions if the timer fires late because the process was busy. Default: 0. */
  readonly extensions?: number | undefined;
}

// Delay of a timer from which the process counts as busy.
const BUSY_MS = 50;

/** A time limit with an abort signal. Call {@link clear} once the work is done. */
export class Deadline {
  readonly #controller = new AbortController();
  /** Signal that is aborted when time is up or the parent signal is aborted. */
  readonly signal: AbortSignal = this.#controller.signal;
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

  /** Whether the timer fired before {@link clear}. */
  get hasExpired(): boolean {
    return this.#hasExpired;
  }

  /** Whether time is up by either clock, even if the timer could not fire in a frozen process. */
  get isOver(): boolean {
    return (
      this.#hasExpired || this.remainingMs() <= 0 || Date.now() - this.#startedAt.wall >= this.#timeoutMs
    );
  }

  /** Remaining milliseconds by the monotonic clock; negative when time is up. */
  remainingMs(): number {
    return this.#timeoutMs - (performance.now() - this.#startedAt.monotonic);
  }

  /** Settles as the promise does, or rejects with the reason when time is up or the parent is aborted. */
  run<T>(promise: Promise<T>): Promise<T> {
    return firstOf(promise, this.signal);
  }

  /** Stops the timer. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#options.parent?.removeEventListener('abort', this.#onParentAbort);
  }

  #expire(): void {
    if (this.signal.aborted) return;
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
