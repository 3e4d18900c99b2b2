import { MAX_TIMER_MS, unlessAborted, type Deadline } from '../base/abort.js';
import type { AcquisitionReason } from '../base/events.js';
import type { AccessToken } from '../token/access-token.js';

/** What one refresh is for, and how far it has come. */
export interface RefreshTask {
  readonly reason: AcquisitionReason;
  /** How long the new token must be good for, in milliseconds. */
  readonly minRemainingMs: number;
  /** Set when a token request is about to be sent: from then on the response may be older than a caller that joins. */
  hasSent: boolean;
  /** The deadline of the token request, once there is one. */
  deadline?: Deadline;
}

/** One refresh that any number of callers wait for. */
export class SingleFlight {
  readonly #task: RefreshTask;
  readonly #token: Promise<AccessToken>;
  #keepAlive: NodeJS.Timeout | undefined;

  /**
   * Starts the refresh.
   *
   * @param refresh - brings a token
   * @param onDone - called when the refresh is over, whatever its outcome
   */
  constructor(
    task: RefreshTask,
    refresh: (task: RefreshTask) => Promise<AccessToken>,
    onDone: (flight: SingleFlight) => void,
  ) {
    this.#task = task;
    this.#token = refresh(task).finally(() => {
      clearTimeout(this.#keepAlive);
      onDone(this);
    });
    // A failure reaches the callers that wait. Where nobody waits the event `token.failed` reports it.
    this.#token.catch(() => undefined);
  }

  /** Whether the token cannot be older than a caller that joins now. */
  get isFresh(): boolean {
    return this.#task.reason === 'forced' && !this.#task.hasSent;
  }

  /** Whether the refresh can no longer succeed: its time passed while the process was frozen. */
  get isOverdue(): boolean {
    return this.#task.deadline?.isOver === true;
  }

  /** The token, or the signal's reason if the caller's signal is aborted first. */
  result(signal?: AbortSignal): Promise<AccessToken> {
    this.#startKeepAlive();
    return unlessAborted(this.#token, signal);
  }

  /** Resolves once the refresh is over, whatever its outcome. */
  async done(): Promise<void> {
    this.#startKeepAlive();
    await this.#token.catch(() => undefined);
  }

  /** Keeps the process alive for a caller that waits: the timers of the refresh do not. */
  #startKeepAlive(): void {
    this.#keepAlive ??= setTimeout(() => undefined, MAX_TIMER_MS);
  }
}
