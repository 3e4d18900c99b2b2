// The short way of the usual request: costs this file, gains what undici 7 takes to put a handler into its new form and back (about 5 µs).
import type { Dispatcher } from 'undici';
import { copyWith } from '../base/objects.js';
import { DEFAULT_REQUEST } from '../config/token-request.js';
import { isPlainlyGood } from '../http/authorized-call.js';
import type { CallToken } from '../token/attachment.js';
import { Caller } from './caller.js';
import { DispatchCall, type CallDeps } from './dispatch-call.js';
import { hideToken } from './hidden-token.js';
import {
  headersOf,
  LegacyRequest,
  type Abort,
  type LegacyForm,
  type RawHeaders,
  type RawTrailers,
} from './legacy-handler.js';
import { isReadOnce, withHeader, withoutHeader } from './request-headers.js';
import type { ResponseAttempt } from './response-attempt.js';

type Options = Dispatcher.DispatchOptions;

/** A request of which nothing but a header depends on the token. */
export interface ShortCall {
  readonly options: Options;
  readonly origin: string;
  readonly handler: Dispatcher.DispatchHandler & LegacyForm;
  readonly token: CallToken;
  readonly header: string;
}

/** The header that the token goes into, if it changes that header of a request and nothing else, and the request can be sent twice. */
export function onlyHeaderOf({ attachment }: CallDeps, options: Options): string | undefined {
  const { placement, isHeaderOnly } = attachment;
  const { headers, body, upgrade, method } = options;
  if (!isHeaderOnly || !('header' in placement) || placement.header.toLowerCase() !== 'authorization')
    return undefined;
  const isPlain = body === undefined || body === null || typeof body === 'string' || Buffer.isBuffer(body);
  const isSentTwice = isPlain && !upgrade && method !== 'CONNECT' && !isReadOnce(headers);
  return isSentTwice ? placement.header : undefined;
}

/** Sends a request the short way. Returns whether the dispatcher takes more. */
export function sendShort(deps: CallDeps, call: ShortCall): boolean {
  const { options, header, token } = call;
  const sent = copyWith(options, { headers: withHeader(options.headers, header, token.authorization) });
  const handler = new ShortHandler(deps, call, sent);
  try {
    return deps.dispatch(sent, handler);
  } catch (error) {
    handler.onError(error instanceof Error ? error : new Error('The call failed.', { cause: error }));
    return true;
  }
}

/** A request that goes the long way from now on. */
interface LongWay {
  readonly attempt: ResponseAttempt;
  readonly request: LegacyRequest;
  readonly caller: Caller;
}

/** Passes a plainly good response on, in the form before undici 7; all others go the long way. */
class ShortHandler implements LegacyForm {
  readonly #deps: CallDeps;
  readonly #call: ShortCall;
  readonly #sent: Options;
  #abort: Abort | undefined;
  #long: LongWay | undefined;

  /** @param sent - what is sent first is sent again, whatever the caller changes meanwhile */
  constructor(deps: CallDeps, call: ShortCall, sent: Options) {
    this.#deps = deps;
    this.#call = call;
    this.#sent = sent;
  }

  onConnect(abort: Abort, context?: unknown): void {
    this.#abort = abort;
    this.#call.handler.onConnect((reason) => {
      if (this.#long === undefined) abort(reason);
      else this.#long.caller.controller.abort(reason ?? new Error('The call was aborted.'));
    }, context);
  }

  onHeaders(status: number, headers: RawHeaders, resume: () => void, message: string): boolean {
    const { handler, token } = this.#call;
    if (status < 200 || isPlainlyGood(this.#deps.attachment, token, status, true))
      return handler.onHeaders(status, headers, resume, message);
    const { attempt, request } = (this.#long = this.#longWay(headers, resume));
    attempt.onResponseStart(request, status, headersOf(headers), message);
    return !request.paused;
  }

  onUpgrade(...upgrade: Parameters<LegacyForm['onUpgrade']>): void {
    this.#call.handler.onUpgrade(...upgrade);
  }

  onData(chunk: Buffer): boolean {
    if (this.#long === undefined) return this.#call.handler.onData(chunk);
    const { attempt, request } = this.#long;
    attempt.onResponseData(request, chunk);
    return !request.paused;
  }

  onComplete(trailers: RawTrailers): void {
    if (this.#long === undefined) return this.#call.handler.onComplete(trailers);
    const { attempt, request } = this.#long;
    attempt.onResponseEnd(request, headersOf(trailers ?? []));
  }

  onError(error: Error): void {
    if (this.#long !== undefined) return this.#long.attempt.onResponseError(this.#long.request, error);
    hideToken(error, this.#call.token);
    this.#call.handler.onError(error);
  }

  #longWay(headers: RawHeaders, resume: () => void): LongWay {
    const { handler, origin, token, header } = this.#call;
    const caller = Caller.afterStart(handler);
    const request = new LegacyRequest(this.#abort ?? (() => undefined), resume);
    request.rawHeaders = headers;
    const options = { ...this.#sent, headers: withoutHeader(this.#sent.headers, header) ?? null };
    const call = new DispatchCall(this.#deps, options, { origin, request: DEFAULT_REQUEST, caller });
    return { attempt: call.takeOver(token, request), request, caller };
  }
}
