import { CHANGE_SECONDS } from './control.js';

/** A change that ends by itself after a while. Begun again, it lasts from then on. */
export class TimedChange {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly undo: () => void) {}

  begin(seconds = CHANGE_SECONDS): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.end(), seconds * 1_000);
  }

  /** Ends the change now, if it is on. */
  end(): void {
    if (this.timer === undefined) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.undo();
  }
}
