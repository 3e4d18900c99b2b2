import { unlessAborted } from './abort.js';

/**
 * Ends what is under way when a manager closes. Each piece of work has a signal of its own: the listeners of a shared one are searched one by
 * one whenever another is added, which is felt with thousands.
 */
export class Shutdown {
  readonly #underWay = new Set<AbortController>();
  #reason: Error | undefined;

  get isClosed(): boolean {
    return this.#reason !== undefined;
  }

  throwIfClosed(): void {
    if (this.#reason !== undefined) throw this.#reason;
  }

  /** The outcome of the work, unless it is closed meanwhile: then the reason. */
  async run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.throwIfClosed();
    const controller = new AbortController();
    this.#underWay.add(controller);
    try {
      return await unlessAborted(work(controller.signal), controller.signal);
    } finally {
      this.#underWay.delete(controller);
    }
  }

  /** @param reason - what all that is under way, and whatever comes later, fails with */
  start(reason: Error): void {
    this.#reason ??= reason;
    for (const controller of this.#underWay) controller.abort(this.#reason);
  }
}
