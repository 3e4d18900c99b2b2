import type { Dispatcher } from 'undici';

type Handler = Dispatcher.DispatchHandler;
type Controller = Dispatcher.DispatchController;
type Headers = Parameters<NonNullable<Handler['onResponseEnd']>>[1];

/**
 * A handler of the form before undici 7, such as that of the platform's `fetch`.
 *
 * Dispatchers of undici 7 take both forms, those of undici 8 only the new one.
 */
class LegacyHandler implements Handler {
  readonly #handler: Handler;

  constructor(handler: Handler) {
    this.#handler = handler;
  }

  onRequestStart(controller: Controller): void {
    this.#handler.onConnect?.((reason) => controller.abort(reason ?? new Error('The call was aborted.')));
  }

  onRequestUpgrade(
    ...[, status, headers, socket]: Parameters<NonNullable<Handler['onRequestUpgrade']>>
  ): void {
    this.#handler.onUpgrade?.(status, rawOf(headers), socket);
  }

  onResponseStart(controller: Controller, status: number, headers: Headers, message = ''): void {
    const goesOn = this.#handler.onHeaders?.(status, rawOf(headers), () => controller.resume(), message);
    if (goesOn === false) controller.pause();
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (this.#handler.onData?.(chunk) === false) controller.pause();
  }

  onResponseEnd(_controller: Controller, trailers: Headers): void {
    this.#handler.onComplete?.(textsOf(trailers));
  }

  onResponseError(_controller: Controller, error: Error): void {
    this.#handler.onError?.(error);
  }
}

/** The handler in the form of undici 7. */
export function currentHandlerOf(handler: Handler): Handler {
  return handler.onRequestStart === undefined ? new LegacyHandler(handler) : handler;
}

function rawOf(headers: Headers): Buffer[] {
  return textsOf(headers).map((text) => Buffer.from(text, 'latin1'));
}

function textsOf(headers: Headers): string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().flatMap((item) => [name, item]),
  );
}
