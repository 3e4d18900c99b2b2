import type { TokenEvent } from '../base/events.js';

/** A line of the board's event log. */
export interface EventLine {
  /** Position in the history, from 1. */
  readonly id: number;
  readonly at: number;
  readonly type: TokenEvent['type'];
  readonly provider: string;
  readonly tenant: string | undefined;
  readonly text: string;
  /** What went wrong and what to do; `undefined` where nothing went wrong. */
  readonly detail: string | undefined;
}

// What an operator scrolls through at most; older lines belong in a log file.
const MAX_LINES = 200;
const MAX_DETAIL_LENGTH = 600;

/** The latest events of a manager, oldest first. */
export class EventHistory {
  #lines: EventLine[] = [];
  #lastId = 0;

  get lastId(): number {
    return this.#lastId;
  }

  add(event: TokenEvent): void {
    this.#lastId += 1;
    const { at, type, provider, tenant } = event;
    const detail = type === 'token.failed' ? event.message.slice(0, MAX_DETAIL_LENGTH) : undefined;
    this.#lines.push({ id: this.#lastId, at, type, provider, tenant, text: textOf(event), detail });
    // Twice the limit before lines are dropped: moving the array for each event would cost more.
    if (this.#lines.length >= 2 * MAX_LINES) this.#lines = this.#lines.slice(-MAX_LINES);
  }

  /** The lines after the one with this id, at most the latest 200. */
  after(id: number): EventLine[] {
    const count = Math.min(this.#lastId - id, MAX_LINES);
    return count <= 0 ? [] : this.#lines.slice(-count);
  }
}

/** Says an event in words. */
function textOf(event: TokenEvent): string {
  switch (event.type) {
    case 'token.acquired': {
      const what = event.isSameToken ? 'The same token again' : 'Token acquired';
      return `${what} in ${Math.round(event.durationMs)} ms (${REASONS[event.reason]})`;
    }
    case 'token.failed':
      return `${event.code}${event.isServed ? ', the current token stays in use' : ''}`;
    case 'token.invalidated':
      return event.reason === 'rejected' ? 'The API refused the token' : 'The application dropped the token';
    case 'api.replayed':
      return `A refused call was sent again${event.status === undefined ? ', without a response' : `: status ${event.status}`}`;
    case 'api.refused': {
      const scopes = event.requiredScopes.join(' ');
      return `The API refused a call (status ${event.status}): the token lacks ${scopes === '' ? 'a scope' : `the scope ${scopes}`}`;
    }
    case 'credentials.rotated':
      return event.wasRefused
        ? 'Another credential is in use: the previous one was refused'
        : 'Another credential is in use';
    case 'store.unavailable':
      return `The token store failed (${event.operation}): this process acquires its own tokens`;
    case 'issuance.near-limit':
      return `80 % of ${event.limit} token requests within ${event.windowSeconds} s are used`;
  }
}

const REASONS = {
  initial: 'first use',
  'refresh-ahead': 'ahead of its end',
  expired: 'after its end',
  rejected: 'after a refusal',
  forced: 'on request',
};
