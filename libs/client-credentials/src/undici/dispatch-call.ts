import type { Dispatcher } from 'undici';
import { unlessAborted } from '../base/abort.js';
import { copyWith } from '../base/objects.js';
import type { TokenRequest } from '../config/token-request.js';
import type { AuthorizedCall, NextStep } from '../http/attempt.js';
import { finishFirst } from '../http/authorized-call.js';
import { AuthorizedRequest } from '../http/authorized-request.js';
import { certificateProblem } from '../http/errors.js';
import type { Attachment, CallToken } from '../token/attachment.js';
import type { Caller } from './caller.js';
import { callBodyOf, type CallBody } from './request-body.js';
import { HeaderList, hasHeader, withHeader, type GivenHeaders } from './request-headers.js';
import { ResponseAttempt, type AttemptEvents } from './response-attempt.js';
import { urlOf } from './address.js';

/** The options of a request as it is sent. */
type SentOptions = Omit<Dispatcher.DispatchOptions, 'body'> & { body?: unknown };

/** What a call is sent with. */
export interface CallDeps {
  dispatch(options: SentOptions, handler: Dispatcher.DispatchHandler): boolean;
  readonly attachment: Attachment;
  readonly allowed: ReadonlySet<string>;
  /** Whether the dispatcher presents the client certificate that tokens are bound to. */
  readonly presentsCertificate: boolean;
}

/** One request of a dispatcher that gets a token. */
export class DispatchCall implements AuthorizedCall<ResponseAttempt, void>, AttemptEvents {
  readonly attachment: Attachment;
  readonly request: TokenRequest;
  readonly #deps: CallDeps;
  readonly #options: Dispatcher.DispatchOptions;
  readonly #origin: string;
  readonly #body: CallBody;
  readonly #caller: Caller;

  constructor(
    deps: CallDeps,
    options: Dispatcher.DispatchOptions,
    { origin, request, caller }: { origin: string; request: TokenRequest; caller: Caller },
  ) {
    this.#deps = deps;
    this.attachment = deps.attachment;
    this.request = request;
    this.#options = options;
    this.#origin = origin;
    this.#body = callBodyOf(options.body);
    this.#caller = caller;
  }

  /** Upgrades and tunnels are not repeated: whoever asks for one has given away the connection. */
  get isRepeatable(): boolean {
    const { upgrade, method } = this.#options;
    return this.#body.isRepeatable && !upgrade && method !== 'CONNECT';
  }

  /**
   * Sends the call, at once if the token is there. Returns whether the dispatcher takes more requests.
   *
   * @param asked - the token, if it was asked for already
   */
  start(asked?: Promise<CallToken>): boolean {
    try {
      const token =
        asked === undefined ? this.getToken() : unlessAborted(asked, this.#caller.controller.signal);
      if (!(token instanceof Promise)) return this.#dispatch(token, this);
      this.#caller.begin();
      void token
        .then((late) => this.#dispatch(late, this))
        .catch((error: unknown) => this.#caller.fail(error));
    } catch (error) {
      this.#caller.fail(error);
    }
    return true;
  }

  /** The first sending, which has a response already. */
  takeOver(token: CallToken, request: Dispatcher.DispatchController): ResponseAttempt {
    const attempt = new ResponseAttempt(this.#caller, this.#origin, token, this);
    attempt.onRequestStart(request, undefined);
    return attempt;
  }

  getToken(): CallToken | Promise<CallToken> {
    const { controller } = this.#caller;
    if (controller.reason !== null) throw controller.reason;
    const token = this.attachment.getToken(this.request);
    return token instanceof Promise ? unlessAborted(token, controller.signal) : token;
  }

  async send<T>(token: CallToken, next: NextStep<ResponseAttempt, void, T>): Promise<T> {
    const answered = await new Promise<ResponseAttempt>((resolve, reject) => {
      this.#dispatch(token, { onStart: resolve, onFailure: reject });
    });
    return next(this, token, answered);
  }

  finish(attempt: ResponseAttempt): void {
    attempt.forward();
  }

  discard(attempt: ResponseAttempt): void {
    attempt.drop();
  }

  /** A response of undici has no place for a reason: warning and event tell it. */
  attachReason(): void {}

  /** The first response begins. */
  onStart(attempt: ResponseAttempt): void {
    const finished = finishFirst(this, attempt.token, attempt);
    if (finished instanceof Promise) finished.catch((error: unknown) => this.#caller.fail(error));
  }

  /** There is no first response. */
  onFailure(error: unknown): void {
    this.#caller.fail(error);
  }

  #dispatch(token: CallToken, events: AttemptEvents): boolean {
    const attempt = new ResponseAttempt(this.#caller, this.#origin, token, events);
    const { attachment, presentsCertificate } = this.#deps;
    try {
      if (!presentsCertificate && attachment.agentOf(token) !== undefined)
        throw certificateProblem(attachment.provider, DISPATCHER_ADVICE);
      if (attachment.isHeaderOnly && 'header' in attachment.placement)
        return this.#deps.dispatch(
          this.#withHeader(attachment.placement.header, token.authorization),
          attempt,
        );
      void this.#prepared(token, attempt)
        .then((options) => this.#deps.dispatch(options, attempt))
        .catch((error: unknown) => attempt.fail(error));
    } catch (error) {
      attempt.fail(error);
    }
    return true;
  }

  /** The usual call: nothing but a header depends on the token. */
  #withHeader(header: string, value: string): SentOptions {
    const { contentType, data } = this.#body;
    const headers = withHeader(this.#options.headers, header, value);
    return copyWith(this.#options, {
      headers: needsContentType(headers, contentType)
        ? withHeader(headers, 'content-type', contentType)
        : headers,
      ...(data !== undefined && data !== this.#options.body && { body: data }),
      ...(header.toLowerCase() !== 'authorization' && NOT_FOLLOWED),
    });
  }

  async #prepared(token: CallToken, attempt: ResponseAttempt): Promise<SentOptions> {
    const { attachment, allowed } = this.#deps;
    const { method, query: _query, ...options } = this.#options;
    const request = new AuthorizedRequest(urlOf(this.#options, this.#origin), token, attachment, allowed);
    const { contentType, data } = this.#body;
    const headers = new HeaderList(this.#options.headers);
    if (contentType !== undefined && !headers.has('content-type')) headers.set('content-type', contentType);
    await request.signProof(method);
    request.applyTo(headers);
    if (request.needsProof) attempt.hasOtherNonce = (answered) => request.rememberNonce(answered);
    return {
      ...options,
      method,
      path: `${request.url.pathname}${request.url.search}`,
      headers: headers.list,
      body: data ?? null,
      ...NOT_FOLLOWED,
    };
  }
}

// A redirect interceptor before this one would carry the header, the proof or the query wherever a redirect leads: it reads this option.
const NOT_FOLLOWED = { maxRedirections: 0 };
const DISPATCHER_ADVICE =
  "have the dispatcher present it, by its connect options, and say so with authorizeDispatcher(source, { certificate: 'dispatcher' })";

/** Whether a form has a type to tell, and the caller told none. */
function needsContentType(headers: GivenHeaders, contentType: string | undefined): contentType is string {
  return contentType !== undefined && !hasHeader(headers, 'content-type');
}
