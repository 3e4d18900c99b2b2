import type { AccessToken } from '../token/access-token.js';
import type { AcquisitionReason } from '../base/events.js';
import { SharedWait, unlessAborted } from '../base/abort.js';

/** What one flight is for. */
export interface RefreshTask {
  readonly reason: AcquisitionReason;
  /** How long the token must be good for. */
  readonly neededMs: number;
  /** Set once a request is about to be sent: from then on the answer may be older than who joins. */
  hasSent: boolean;
}

/** One acquisition on its way, which any number of callers wait for. */
export class SingleFlight {
  readonly #task: RefreshTask;
  readonly #token: Promise<AccessToken>;
  readonly #wait = new SharedWait();

  /**
   * Takes off.
   *
   * @param fly - brings a token
   * @param onLanded - called when it has, or has failed
   */
  constructor(task: RefreshTask, fly: (task: RefreshTask) => Promise<AccessToken>, onLanded: () => void) {
    this.#task = task;
    this.#token = fly(task).finally(onLanded);
    // Whoever waits sees the failure; when nobody does, it is told by the event.
    this.#token.catch(() => undefined);
  }

  /** Whether its token cannot be older than who asks now. */
  get isFresh(): boolean {
    return this.#task.reason === 'forced' && !this.#task.hasSent;
  }

  /** The token, unless the caller's signal is aborted first: then the signal's reason. */
  result(signal?: AbortSignal): Promise<AccessToken> {
    return this.#wait.for(unlessAborted(this.#token, signal));
  }

  /** Settled once it is over, well or not. */
  async done(): Promise<void> {
    await this.#token.catch(() => undefined);
  }
}
