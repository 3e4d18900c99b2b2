import { MAX_TIMER_MS, unlessAborted, type Deadline } from '../base/abort.js';
import type { Instant } from '../base/clock.js';
import type { ObservedAcquisition } from '../base/acquisitions.js';
import type { AcquisitionReason } from '../base/events.js';
import type { AccessToken } from '../token/access-token.js';

/** Purpose and progress of one refresh. */
export interface RefreshTask {
  readonly reason: AcquisitionReason;
  /** Milliseconds that the new token must remain valid. */
  readonly minRemainingMs: number;
  readonly startedAt: Instant;
  /** Observers of the refresh; `undefined` without any. */
  readonly observed: ObservedAcquisition | undefined;
  /** Whether a token request was sent. From then on, the token may be older than a caller that joins. */
  hasSent: boolean;
  /** Deadline of the token request; `undefined` until the request starts. */
  deadline?: Deadline;
}

/** One refresh, shared by all callers that wait for a token. */
export class SingleFlight {
  readonly #task: RefreshTask;
  readonly #token: Promise<AccessToken>;
  #keepAlive: NodeJS.Timeout | undefined;

  /**
   * Starts the refresh.
   *
   * @param refresh - returns the token
   * @param onDone - called after the refresh, successful or not
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
    // Without a waiting caller, the event `token.failed` alone reports a failure.
    this.#token.catch(() => undefined);
  }

  /** Whether the token will be newer than a caller that joins now. */
  get isFresh(): boolean {
    return this.#task.reason === 'forced' && !this.#task.hasSent;
  }

  /** Whether the deadline passed without its timer, because the process was frozen. */
  get isOverdue(): boolean {
    return this.#task.deadline?.isOver === true;
  }

  /** Resolves with the token. Rejects with the signal's reason if the caller's signal is aborted first. */
  result(signal?: AbortSignal): Promise<AccessToken> {
    this.#task.observed?.join();
    this.#startKeepAlive();
    return unlessAborted(this.#token, signal);
  }

  /** Resolves after the refresh, successful or not. */
  async done(): Promise<void> {
    this.#startKeepAlive();
    await this.#token.catch(() => undefined);
  }

  /** Keeps the process alive for a waiting caller. The timers of the refresh do not. */
  #startKeepAlive(): void {
    this.#keepAlive ??= setTimeout(() => undefined, MAX_TIMER_MS);
  }
}
