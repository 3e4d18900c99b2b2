import type { Instant } from '../base/clock.js';
import { WindowSpan } from './window-span.js';

// Bounds the increments of one request after an outage; the next requests add the rest.
const MAX_DEBT_AT_ONCE = 50;
// Share of the rest that a process may spend while the store gives no count: ten processes keep the limit.
const UNANSWERED_SHARE = 0.1;

/** What the processes tell one another about the shared counter. */
export interface CounterOpening {
  /** Random: a counter that was lost and begins again has another id. */
  readonly id: string;
  /** Epoch milliseconds at which the window opened. */
  readonly at: number;
  /** Requests of the window that lost counters had counted. */
  readonly base: number;
}

/** One increment of the shared counter, for a request of this process. */
export interface SentIncrement {
  /** Highest value of the counter before. */
  readonly highest: number;
  readonly run: number;
  readonly window: number;
  /** What became of the request before the increment had a result. */
  request: 'reserved' | 'made' | 'refused';
  isInFlight: boolean;
  /** Value of the counter; `undefined` without a result. */
  value: number | undefined;
}

/**
 * The token requests of one client in the current window, as far as this process knows. Synchronous.
 *
 * A counter that is lost in the middle of a window begins again at 1. What it had counted then goes on as the base, the
 * largest that any process knows.
 */
export class IssuanceWindow {
  readonly #span: WindowSpan;
  #counterId: string | undefined;
  /** Requests that lost counters had counted. */
  #base = 0;
  /** Highest value of the shared counter. */
  #highest = 0;
  /** Count before the counter began again; `undefined` once the counter has another id. */
  #before: number | undefined;
  /** Number of times that the counter began again. */
  #run = 0;
  /** Number of this window. */
  #serial = 0;
  /** Requests of this process, with the reserved ones. */
  #own = 0;
  #reserved = 0;
  /** Requests since the last value of the counter. */
  #away = 0;
  /** Requests that the counter lacks, and whose increment is not in flight; negative if the counter has too many. */
  #debt = 0;
  /** Requests that were made while their increment is in flight: the store may have counted them. */
  #unsure = 0;
  /** Whether the event `issuance.near-limit` was emitted in this window. */
  isNearLimitTold = false;

  constructor(windowMs: number, now: Instant) {
    this.#span = new WindowSpan(windowMs, now);
  }

  /** Requests of this process. */
  get own(): number {
    return this.#own;
  }

  /** Requests that lost counters had counted. */
  get base(): number {
    return this.#base;
  }

  /** Whether the shared counter gave a value in this window. */
  get hasCounted(): boolean {
    return this.#highest > 0;
  }

  /** Requests of all processes up to the request whose increment returned `value`. */
  countAt(value: number): number {
    return Math.max(this.#base + value + this.#debt + this.#unsure, this.#own);
  }

  /** Requests of all processes that this process knows of, with the one that it is about to make. */
  get knownCount(): number {
    return this.countAt(this.#highest + 1);
  }

  /** Whether this process may make one more request before the store gives a count again. */
  isWithinShare(limit: number): boolean {
    const atLastCount = Math.max(this.#base + this.#highest, this.#own - this.#reserved - this.#away);
    const left = limit - atLastCount;
    const share = left > 0 ? Math.max(Math.floor(left * UNANSWERED_SHARE), 1) : 0;
    return this.#away < share;
  }

  /** Begins a new window if the current one has ended. */
  update(now: Instant): void {
    if (this.remainingMs(now) <= 0) this.#restart(now);
  }

  /** Whether the window has ended, and no request is reserved. */
  isOver(now: Instant): boolean {
    return this.#reserved === 0 && this.remainingMs(now) <= 0;
  }

  remainingMs(now: Instant): number {
    return this.#span.remainingMs(now);
  }

  /** Milliseconds until a counter that begins now must end. */
  counterMs(now: Instant): number {
    return this.#span.counterMs(now);
  }

  /** Epoch milliseconds at which the window opened. */
  openedAt(now: Instant): number {
    return this.#span.openedAt(now);
  }

  /** Counts a request before it is sent; {@link admit}, {@link admitUncounted} or {@link refuse} follows. */
  reserve(): void {
    this.#own += 1;
    this.#reserved += 1;
  }

  /** Keeps a reserved request. */
  admit(): void {
    this.#reserved -= 1;
  }

  /** Keeps a reserved request whose increment has no result, or was not sent. */
  admitUncounted(sent: SentIncrement | undefined): void {
    this.#reserved -= 1;
    this.#away += 1;
    if (sent?.isInFlight === true) {
      sent.request = 'made';
      this.#unsure += 1;
    } else this.#debt += 1;
  }

  /** Takes back a reserved request, which is not made. */
  refuse(sent?: SentIncrement): void {
    this.#reserved -= 1;
    this.#own -= 1;
    if (sent?.isInFlight === true) sent.request = 'refused';
  }

  /** Takes over what another process told of the counter; `undefined` if no process did. */
  join(opening: CounterOpening | undefined, now: Instant): void {
    const isAnother =
      opening !== undefined && this.#counterId !== undefined && this.#counterId !== opening.id;
    if (isAnother && !this.#span.isLossCertain(now)) this.#restart(now);
    if (!this.#span.join(opening?.at ?? this.openedAt(now), now)) return;
    if (opening === undefined) return;
    if (isAnother) this.#goOn(opening);
    this.#base = Math.max(this.#base, opening.base);
    this.told(opening.id);
  }

  /** Notes that an increment of a request is sent. */
  send(request: SentIncrement['request'] = 'reserved'): SentIncrement {
    return {
      highest: this.#highest,
      run: this.#run,
      window: this.#serial,
      request,
      isInFlight: true,
      value: undefined,
    };
  }

  /** Notes that increments of earlier requests are sent, which the counter lacks. */
  sendDebt(): SentIncrement[] {
    const size = Math.min(Math.max(this.#debt, 0), MAX_DEBT_AT_ONCE);
    this.#debt -= size;
    this.#unsure += size;
    return Array.from({ length: size }, () => this.send('made'));
  }

  /** Notes that an increment failed. A request that was made must be counted by another increment. */
  failed(sent: SentIncrement): void {
    if (this.#settle(sent) === 'made') this.#debt += 1;
  }

  /** Notes the value that an increment returned. Returns whether the counter began with this value. */
  counted(sent: SentIncrement, value: number, now: Instant): boolean {
    sent.value = value;
    const request = this.#settle(sent);
    const isLower = value <= sent.highest;
    if (sent.run === this.#run && isLower) this.#beginAgain(sent.highest + 1 - value, now);
    else if (sent.run !== this.#run && !isLower) {
      // The increment was lost with the counter.
      if (request === 'made') this.#debt += 1;
      return false;
    }
    if (request === 'refused') this.#debt -= 1;
    this.#highest = Math.max(this.#highest, value);
    this.#away = 0;
    if (value !== 1) return false;
    this.#span.began(now);
    return true;
  }

  /** Notes the id of the counter. */
  told(id: string): void {
    this.#counterId = id;
    this.#before = undefined;
  }

  /** Notes that an increment has a result. Returns what became of its request; `undefined` for an earlier window. */
  #settle(sent: SentIncrement): SentIncrement['request'] | undefined {
    sent.isInFlight = false;
    if (sent.window !== this.#serial) return undefined;
    if (sent.request === 'made') this.#unsure -= 1;
    return sent.request;
  }

  /** The shared counter gave a lower value: it was lost, in whole or in part, or the next window has begun. */
  #beginAgain(lost: number, now: Instant): void {
    if (!this.#span.isLossCertain(now)) {
      this.#restart(now);
      return;
    }
    this.#before = this.#base + this.#highest;
    // After a failover to an older copy, most of the count is there.
    this.#base += lost;
    this.#highest = 0;
    this.#run += 1;
  }

  /** The counter has another id: all that it had counted before was lost. */
  #goOn({ base }: CounterOpening): void {
    this.#base = Math.max(this.#before ?? this.#base + this.#highest, base);
    if (this.#before !== undefined) return;
    this.#highest = 0;
    this.#run += 1;
  }

  #restart(now: Instant): void {
    this.#span.restart(now);
    this.#counterId = undefined;
    this.#base = 0;
    this.#highest = 0;
    this.#before = undefined;
    this.#run += 1;
    this.#serial += 1;
    this.#own = this.#reserved;
    this.#away = 0;
    this.#debt = 0;
    this.#unsure = 0;
    this.isNearLimitTold = false;
  }
}
