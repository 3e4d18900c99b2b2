import type { Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';

type Handler = Dispatcher.DispatchHandler;
type Controller = Dispatcher.DispatchController;
type Headers = Parameters<NonNullable<Handler['onResponseEnd']>>[1];

/** Headers as they were received: names and values in turns. */
export type RawHeaders = Buffer[];

/** The same after a body. Undici's types name texts. */
export type RawTrailers = RawHeaders | string[] | null;

/** Ends a request. */
export type Abort = (reason?: Error) => void;

/** The form of a handler before undici 7. `onHeaders` and `onData` return whether the handler takes more now. */
export interface LegacyForm {
  onConnect(abort: Abort, context?: unknown): void;
  onUpgrade(status: number, headers: RawHeaders, socket: Duplex): void;
  onHeaders(status: number, headers: RawHeaders, resume: () => void, message: string): boolean;
  onData(chunk: Buffer): boolean;
  onComplete(trailers: RawTrailers): void;
  onError(error: Error): void;
}

/**
 * Whether a handler has both forms: undici 7 puts the handlers of its own methods into an object of this class wherever there is an
 * interceptor, and takes either form from an interceptor. undici 8 has no such class.
 */
export function hasBothForms(handler: Handler): handler is Handler & LegacyForm {
  const className: unknown = Reflect.get(Object(handler.constructor), 'name');
  return className === 'WrapHandler' && typeof handler.onHeaders === 'function';
}

/** A request whose handler has the form before undici 7, as the new form shows it. */
export class LegacyRequest implements Controller {
  aborted = false;
  paused = false;
  reason: Error | null = null;
  rawHeaders: RawHeaders | null = null;
  rawTrailers: RawHeaders | null = null;
  readonly #abort: Abort;
  readonly #resume: () => void;

  constructor(abort: Abort, resume: () => void) {
    this.#abort = abort;
    this.#resume = resume;
  }

  abort(reason: Error): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.#abort(reason);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.#resume();
  }
}

/** Raw headers by lower-case name, several of a name as a list. */
export function headersOf(
  raw: readonly (Buffer | string | (Buffer | string)[])[],
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = textOf(raw[index]).toLowerCase();
    const values = [raw[index + 1] ?? []].flat().map(textOf);
    const all = name in headers ? [headers[name] ?? [], values].flat() : values;
    headers[name] = all.length === 1 ? (all[0] ?? '') : all;
  }
  return headers;
}

function textOf(part: unknown): string {
  return Buffer.isBuffer(part) ? part.toString('latin1') : String(part);
}

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
