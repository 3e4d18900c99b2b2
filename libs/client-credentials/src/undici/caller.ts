import type { Dispatcher } from 'undici';
import { CallController } from './call-controller.js';
import { currentHandlerOf } from './legacy-handler.js';

/** The caller's handler, which hears of one call, however often its request is sent. */
export class Caller {
  readonly handler: Dispatcher.DispatchHandler;
  readonly controller: CallController = new CallController();
  #hasBegun = false;

  constructor(handler: Dispatcher.DispatchHandler) {
    this.handler = currentHandlerOf(handler);
  }

  /** The caller of a request that was begun, and whose handler has a way to abort it already. */
  static afterStart(handler: Dispatcher.DispatchHandler): Caller {
    const caller = new Caller(handler);
    caller.#hasBegun = true;
    return caller;
  }

  /** Gives the handler its controller: from now on the call can be aborted. */
  begin(context: unknown = {}): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.handler.onRequestStart?.(this.controller, context);
  }

  /** A request of the call is on its way. */
  follow(inner: Dispatcher.DispatchController, context: unknown): void {
    this.controller.follow(inner);
    this.begin(context);
  }

  fail(error: unknown): void {
    this.handler.onResponseError?.(
      this.controller,
      error instanceof Error ? error : new Error('The call failed.', { cause: error }),
    );
  }
}

/** Passes a response on as it is. */
export class PassingHandler implements Dispatcher.DispatchHandler {
  protected readonly caller: Caller;

  constructor(caller: Caller) {
    this.caller = caller;
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.caller.follow(controller, context);
  }

  onRequestUpgrade(
    ...[, ...answer]: Parameters<NonNullable<Dispatcher.DispatchHandler['onRequestUpgrade']>>
  ): void {
    this.caller.handler.onRequestUpgrade?.(this.caller.controller, ...answer);
  }

  onResponseStart(
    ...[, ...answer]: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>
  ): void {
    this.caller.handler.onResponseStart?.(this.caller.controller, ...answer);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.caller.handler.onResponseData?.(this.caller.controller, chunk);
  }

  onResponseEnd(...[, trailers]: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>): void {
    this.caller.handler.onResponseEnd?.(this.caller.controller, trailers);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.caller.fail(error);
  }
}

/** Passes a response on, and tells its status. */
export class ObservingHandler extends PassingHandler {
  readonly #onStatus: (status: number) => void;

  constructor(caller: Caller, onStatus: (status: number) => void) {
    super(caller);
    this.#onStatus = onStatus;
  }

  override onResponseStart(...given: Parameters<PassingHandler['onResponseStart']>): void {
    this.#onStatus(given[1]);
    super.onResponseStart(...given);
  }
}
