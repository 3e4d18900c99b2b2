import type { Instant } from '../base/clock.js';
import { IssuanceWindow } from './issuance-window.js';

/** The windows of all clients of a manager, so that a client that is created again goes on counting. */
export class IssuanceWindows {
  readonly #windows = new Map<string, IssuanceWindow>();
  #sizeToPrune = 64;

  /** Returns the window of a client's counter; opens one if there is none or the last one has ended. */
  current(key: string, windowMs: number, now: Instant): IssuanceWindow {
    const name = `${key} ${windowMs}`;
    let window = this.#windows.get(name);
    if (window === undefined) {
      this.#prune(now);
      window = new IssuanceWindow(windowMs, now);
      this.#windows.set(name, window);
    }
    window.update(now);
    return window;
  }

  #prune(now: Instant): void {
    if (this.#windows.size < this.#sizeToPrune) return;
    for (const [name, window] of this.#windows) if (window.isOver(now)) this.#windows.delete(name);
    this.#sizeToPrune = Math.max(this.#windows.size * 2, 64);
  }
}
