import type { AccessToken } from './access-token.js';
import type { AcquisitionReason } from './events.js';

/** What one flight is for. */
export interface FlightTask {
  readonly reason: AcquisitionReason;
  /** How long the token must be good for. */
  readonly neededMs: number;
  /** Set once a request is about to be sent: from then on the answer may be older than who joins. */
  hasSent: boolean;
}

interface Flight {
  readonly task: FlightTask;
  readonly token: Promise<AccessToken>;
}

/** One acquisition at a time, whoever asks: others join the one that is under way. */
export class SingleFlight {
  readonly #fly: (task: FlightTask) => Promise<AccessToken>;
  #flight: Flight | undefined;

  /** @param fly - brings a token */
  constructor(fly: (task: FlightTask) => Promise<AccessToken>) {
    this.#fly = fly;
  }

  /** Whether one is under way. */
  get isUnderWay(): boolean {
    return this.#flight !== undefined;
  }

  /** The token of the flight under way, or of a new one. */
  join(reason: AcquisitionReason, neededMs = 0): Promise<AccessToken> {
    return (this.#flight ?? this.#start(reason, neededMs)).token;
  }

  /** Settled once no flight is under way whose token may be older than who asks now. */
  async untilJoinable(): Promise<void> {
    while (
      this.#flight !== undefined &&
      !(this.#flight.task.reason === 'forced' && !this.#flight.task.hasSent)
    ) {
      await this.#flight.token.catch(() => undefined);
    }
  }

  #start(reason: AcquisitionReason, neededMs: number): Flight {
    const task: FlightTask = { reason, neededMs, hasSent: false };
    const token = this.#fly(task).finally(() => {
      this.#flight = undefined;
    });
    const flight = { task, token };
    this.#flight = flight;
    // Whoever waits sees the failure; when nobody does, it is told by the event.
    token.catch(() => undefined);
    return flight;
  }
}
