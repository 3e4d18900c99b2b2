import { unlessAborted } from './abort.js';

/**
 * Ends pending work when a manager closes.
 *
 * Each task has its own AbortController: adding a listener to a shared signal is O(n).
 */
export class Shutdown {
  readonly #pending = new Set<AbortController>();
  /** The error of everything that is asked for once the manager was closed; `undefined` until then. */
  reason: Error | undefined;

  /** Settles as the task does, or rejects with the reason of the shutdown if that comes first. */
  async run<T>(task: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.reason !== undefined) throw this.reason;
    const controller = new AbortController();
    this.#pending.add(controller);
    try {
      return await unlessAborted(task(controller.signal), controller.signal);
    } finally {
      this.#pending.delete(controller);
    }
  }

  /** @param reason - the error of all pending and later work */
  start(reason: Error): void {
    this.reason ??= reason;
    for (const controller of this.#pending) controller.abort(this.reason);
  }
}
