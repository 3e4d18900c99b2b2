import type { Dispatcher } from 'undici';

type Controller = Dispatcher.DispatchController;
type RawHeaders = NonNullable<Controller['rawHeaders']> | null;

/** The controller that the caller's handler has of a call, whichever of its requests is on its way. */
export class CallController implements Controller {
  #inner: Controller | undefined;
  #reason: Error | null = null;
  #waiting: AbortController | undefined;
  #isPausedByCaller = false;

  /** Goes on with the controller of another request; aborts the request if the call was aborted meanwhile. */
  follow(inner: Controller): void {
    this.#inner = inner;
    if (this.#reason !== null) inner.abort(this.#reason);
  }

  /** Aborted with the call, for the time in which no request is on its way. */
  get signal(): AbortSignal {
    this.#waiting ??= new AbortController();
    if (this.#reason !== null) this.#waiting.abort(this.#reason);
    return this.#waiting.signal;
  }

  get aborted(): boolean {
    return this.#reason !== null || this.#inner?.aborted === true;
  }

  get reason(): Error | null {
    return this.#reason ?? this.#inner?.reason ?? null;
  }

  /** Whether the handler wants no more data for now. */
  get isPausedByCaller(): boolean {
    return this.#isPausedByCaller;
  }

  get paused(): boolean {
    return this.#inner?.paused === true;
  }

  get rawHeaders(): RawHeaders {
    return this.#inner?.rawHeaders ?? null;
  }

  set rawHeaders(value) {
    if (this.#inner !== undefined) this.#inner.rawHeaders = value;
  }

  get rawTrailers(): RawHeaders {
    return this.#inner?.rawTrailers ?? null;
  }

  set rawTrailers(value) {
    if (this.#inner !== undefined) this.#inner.rawTrailers = value;
  }

  abort(reason: Error): void {
    if (this.#reason !== null) return;
    this.#reason = reason;
    this.#inner?.abort(reason);
    this.#waiting?.abort(reason);
  }

  pause(): void {
    this.#isPausedByCaller = true;
    this.#inner?.pause();
  }

  resume(): void {
    this.#isPausedByCaller = false;
    this.#inner?.resume();
  }
}
