import { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import type { CallToken } from '../../token/attachment.js';
import type { Attempt, AuthorizedCall, NextStep } from '../authorized-call.js';
import { AuthorizedRequest } from '../authorized-request.js';
import { wantsNonce } from '../challenge.js';
import { lowerCased } from '../headers.js';
import { parsedData } from '../response-data.js';
import { finalUrl } from './call-url.js';
import { timeoutMessageOf } from './deadline.js';
import { followRedirects, type AdapterResult } from './follow-redirects.js';
import { isAxiosError, requestSummary, sanitizeError, type Sanitizer } from './sanitize.js';
import {
  carrierOf,
  firstOf,
  giveBack,
  type Carriage,
  type ConfiguredCall,
  type Sending,
  type SentParts,
} from './sent-config.js';

type Config = InternalAxiosRequestConfig;

/** The call that an attempt is one sending of. */
export interface SentCall extends ConfiguredCall, AuthorizedCall<AxiosAttempt, AxiosResponse> {
  readonly carriage: Carriage;
  /** The config's parts as they are when an attempt begins. */
  readonly sent: SentParts;
  /** What is left of the call's timeout now. */
  remainingMs(): number | undefined;
}

/** What follows once there is a response. */
type Next<T> = NextStep<AxiosAttempt, AxiosResponse, T>;

/** A request has no headers yet. */
const NO_HEADERS = { has: (): boolean => false, set: (): void => undefined };

/** One sending of a call with a token: the only way in which the library sends a call of axios. */
export class AxiosAttempt implements Attempt, Sanitizer, Sending {
  readonly call: SentCall;
  /** The caller's own config, which holds no token. */
  readonly config: Config;
  readonly token: CallToken;
  readonly carriage: Carriage;
  readonly sent: SentParts;
  /** The response, and the error that axios makes of its status. */
  result: AdapterResult | undefined;
  #request: AuthorizedRequest | undefined;
  #hasOtherNonce = false;

  constructor(call: SentCall, token: CallToken) {
    this.call = call;
    this.config = call.config;
    this.token = token;
    this.carriage = call.carriage;
    this.sent = call.sent;
  }

  get status(): number {
    return this.result?.response.status ?? 0;
  }

  get carriesToken(): boolean {
    return this.#request?.carriesToken !== false;
  }

  origin(): string {
    return this.request.url.origin;
  }

  headers(): Record<string, string> {
    return lowerCased(this.result?.response.headers);
  }

  data(): unknown {
    return parsedData(this.result?.response.data);
  }

  get wantsNewProof(): boolean {
    return this.#hasOtherNonce && wantsNonce(this.headers()['www-authenticate']);
  }

  /** The request on its way. */
  get request(): AuthorizedRequest {
    return (this.#request ??= this.#newRequest());
  }

  summary(): ReturnType<Sanitizer['summary']> {
    const { paramsSerializer } = this.config;
    const { placement } = this.call.rules.attachment;
    return requestSummary({ ...this.sent, paramsSerializer }, this.request, placement);
  }

  /** Sends the call, and goes on with `next` once there is a response. Rejects, with nothing of the token in the error, if there was no response. */
  send<T>(next: Next<T>): Promise<T> {
    return this.carriage === 'prepared' ? this.#sendPrepared(next) : this.#hand(next);
  }

  async #sendPrepared<T>(next: Next<T>): Promise<T> {
    try {
      await this.request.signProof((this.sent.method ?? 'get').toUpperCase());
    } catch (error) {
      throw sanitizeError(error, this);
    }
    return this.#hand(next);
  }

  #hand<T>(next: Next<T>): Promise<T> {
    const carrier = carrierOf(this);
    let sent: Promise<AxiosResponse>;
    try {
      sent = this.call.transport.adapter(carrier);
    } catch (error) {
      // An adapter that throws at once is treated as one that rejects.
      sent = Promise.reject(error);
    }
    return sent.then(
      (response) => this.#settle({ response, error: undefined }, next),
      (error: unknown) => {
        if (isAxiosError(error) && error.response !== undefined)
          return this.#settle({ response: error.response, error }, next);
        if (this.carriage === 'lent') giveBack(this);
        throw this.#failure(error);
      },
    );
  }

  #settle<T>(result: AdapterResult, next: Next<T>): T | Promise<T> {
    const { call } = this;
    this.result = result;
    if (this.carriage === 'lent') giveBack(this);
    if (call.rules.needsProof) this.#rememberNonce();
    const { status } = result.response;
    const mayLeadElsewhere = status >= 300 && status < 400 && !call.isRedirectedByAdapter;
    return mayLeadElsewhere ? this.#followed(result, next) : next(call, this.token, this);
  }

  /** Goes where a redirect leads that the adapter was told not to follow. */
  async #followed<T>(result: AdapterResult, next: Next<T>): Promise<T> {
    const { call, sent } = this;
    const first = firstOf(this);
    try {
      this.result = await followRedirects(first, result, {
        adapter: call.transport.adapter,
        // Axios's fetch adapter has no hook for redirects.
        own: call.transport.takesAgents ? sent : { ...sent, beforeRedirect: undefined },
        placement: call.rules.attachment.placement,
        isBodyRepeatable: call.body.isRepeatable,
        remainingMs: () => call.remainingMs(),
        request: this.request,
        onResponse: (following) => {
          this.result = following;
          if (call.rules.needsProof) this.#rememberNonce();
        },
      });
    } catch (error) {
      throw this.#failure(error);
    }
    return next(call, this.token, this);
  }

  #rememberNonce(): void {
    this.#hasOtherNonce = this.request.rememberNonce(this.headers());
  }

  #failure(error: unknown): unknown {
    // The adapter counted what the wait for the token had left of the timeout.
    if (isAxiosError(error) && isTimeoutMessage(error.message)) error.message = timeoutMessageOf(this.config);
    return sanitizeError(error, this);
  }

  #newRequest(): AuthorizedRequest {
    const { allowed, attachment } = this.call.rules;
    const { apiBaseURL } = this.token;
    const url = finalUrl(this.sent, apiBaseURL);
    if (url === undefined) throw new AxiosError('Invalid URL', AxiosError.ERR_INVALID_URL, this.config);
    const named = apiBaseURL === undefined ? [] : [new URL(apiBaseURL).origin];
    const origins = named.length === 0 ? allowed : new Set([...allowed, ...named]);
    const request = new AuthorizedRequest(url, this.token, attachment, origins);
    // The request is under way already: the header that it carries is the library's.
    if (this.carriage !== 'prepared') request.applyTo(NO_HEADERS);
    return request;
  }
}

function isTimeoutMessage(message: string): boolean {
  return /^timeout .*ms exceeded$/.test(message);
}
