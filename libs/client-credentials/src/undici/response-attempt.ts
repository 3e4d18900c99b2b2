import type { Dispatcher } from 'undici';
import type { Attempt } from '../http/attempt.js';
import { wantsNonce } from '../http/challenge.js';
import { isReadable, parsedData } from '../http/response-data.js';
import type { CallToken } from '../token/attachment.js';
import type { Caller } from './caller.js';
import { hideToken } from './hidden-token.js';

type Controller = Dispatcher.DispatchController;
type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

/** The head of a response. */
interface Head {
  readonly status: number;
  readonly headers: Headers;
  readonly message: string | undefined;
}

// As much as fits into the buffers of a connection anyway.
const MAX_DROPPED_BYTES = 128 * 1024;
/** The largest body that `reacquire.on` gets, in bytes. */
const MAX_READ_BYTES = 1024 * 1024;

/** What becomes of a request that was sent with a token. */
export interface AttemptEvents {
  /** The response begins. It is held back until {@link ResponseAttempt.forward} or {@link ResponseAttempt.drop} is called. */
  onStart(attempt: ResponseAttempt): void;
  /** There is no response. */
  onFailure(error: unknown): void;
}

/**
 * One sending of a call with a token: hears of the response and passes it on, or drops it.
 *
 * A response that is held back is paused. What arrives in spite of that is kept: mocks do not pause.
 */
export class ResponseAttempt implements Attempt, Dispatcher.DispatchHandler {
  /** Whether the proof of this sending had another nonce than the response has. */
  hasOtherNonce: (headers: Record<string, string>) => boolean = () => false;
  readonly carriesToken = true;
  readonly token: CallToken;
  readonly #caller: Caller;
  readonly #events: AttemptEvents;
  readonly #origin: string;
  #state: 'sent' | 'held' | 'forwarded' | 'dropped' = 'sent';
  #controller: Controller | undefined;
  #head: Head | undefined;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #end: ((attempt: ResponseAttempt) => void) | undefined;
  #onRead: (() => void) | undefined;

  constructor(caller: Caller, origin: string, token: CallToken, events: AttemptEvents) {
    this.token = token;
    this.#caller = caller;
    this.#origin = origin;
    this.#events = events;
  }

  get status(): number {
    return this.#head?.status ?? 0;
  }

  origin(): string {
    return this.#origin;
  }

  headers(): Record<string, string> {
    return Object.fromEntries(
      Object.entries(this.#head?.headers ?? {}).map(([name, value]) => [
        name.toLowerCase(),
        [value].flat().join(', '),
      ]),
    );
  }

  get wantsNewProof(): boolean {
    const headers = this.headers();
    return this.hasOtherNonce(headers) && wantsNonce(headers['www-authenticate']);
  }

  /** Reads the body, as far as it is text and ends within 1 MiB. It is passed on all the same. */
  async data(): Promise<unknown> {
    if (!isReadable(this.headers()['content-type'])) return undefined;
    if (this.#end === undefined) {
      await new Promise<void>((resolve) => {
        this.#onRead = resolve;
        this.#controller?.resume();
      });
      this.#onRead = undefined;
    }
    return this.#bytes > MAX_READ_BYTES ? undefined : parsedData(Buffer.concat(this.#chunks).toString());
  }

  /** Passes the response on, with all that is still to come. */
  forward(): void {
    const { handler, controller } = this.#caller;
    if (this.#state !== 'held' || this.#head === undefined) return;
    this.#state = 'forwarded';
    const { status, headers, message } = this.#head;
    handler.onResponseStart?.(controller, status, headers, message);
    for (const chunk of this.#chunks.splice(0)) handler.onResponseData?.(controller, chunk);
    this.#end?.(this);
    if (this.#controller?.paused === true && !controller.isPausedByCaller) this.#controller.resume();
  }

  /** Reads what is left of the response, so that its connection can be used again. */
  drop(): void {
    if (this.#state !== 'held') return;
    this.#state = 'dropped';
    this.#chunks = [];
    this.#bytes = 0;
    this.#controller?.resume();
  }

  onRequestStart(controller: Controller, context: unknown): void {
    this.#controller = controller;
    this.#caller.follow(controller, context);
  }

  onRequestUpgrade(
    ...[, ...answer]: Parameters<NonNullable<Dispatcher.DispatchHandler['onRequestUpgrade']>>
  ): void {
    this.#caller.handler.onRequestUpgrade?.(this.#caller.controller, ...answer);
  }

  onResponseStart(controller: Controller, status: number, headers: Headers, message?: string): void {
    if (status < 200 || this.#state !== 'sent') {
      if (this.#state !== 'dropped')
        this.#caller.handler.onResponseStart?.(this.#caller.controller, status, headers, message);
      return;
    }
    this.#controller = controller;
    this.#head = { status, headers, message };
    this.#state = 'held';
    this.#events.onStart(this);
    if (this.#state === ('held' as string) && this.#onRead === undefined) controller.pause();
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (this.#state === 'forwarded')
      return this.#caller.handler.onResponseData?.(this.#caller.controller, chunk);
    this.#bytes += chunk.byteLength;
    if (this.#state === 'dropped') {
      if (this.#bytes > MAX_DROPPED_BYTES) controller.abort(new Error('The response was not read.'));
      return;
    }
    this.#chunks.push(chunk);
    if (this.#bytes > MAX_READ_BYTES) {
      controller.pause();
      this.#onRead?.();
    }
  }

  onResponseEnd(_controller: Controller, trailers: Headers): void {
    this.#over(({ handler, controller }) => handler.onResponseEnd?.(controller, trailers));
  }

  onResponseError(_controller: Controller, error: Error): void {
    if (this.#state === 'sent') this.fail(error);
    else this.#over((caller) => caller.fail(hideToken(error, this.token)));
  }

  /** There is no response. */
  fail(error: unknown): void {
    this.#events.onFailure(hideToken(error, this.token));
  }

  /** The response has ended: the caller hears of it at once, or when it is passed on. */
  #over(tell: (caller: Caller) => void): void {
    if (this.#state === 'forwarded') return tell(this.#caller);
    this.#end ??= () => tell(this.#caller);
    this.#onRead?.();
  }
}
