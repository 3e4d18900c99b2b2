import { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { SentInClear } from '../../base/clear-proxy.js';
import type { CallToken } from '../../token/attachment.js';
import type { Attempt, AuthorizedCall, NextStep } from '../attempt.js';
import { AuthorizedRequest } from '../authorized-request.js';
import { clearProxyProblem } from '../errors.js';
import { wantsNonce } from '../challenge.js';
import { lowerCased } from '../headers.js';
import { parsedData } from '../response-data.js';
import { callError } from './call-error.js';
import { finalUrl } from './call-url.js';
import { timeoutMessageOf } from './deadline.js';
import { followRedirects, type AdapterResult } from './follow-redirects.js';
import type { CallRules } from './rules.js';
import { isAxiosError, requestSummary, sanitizeError, type Sanitizer } from './sanitize.js';
import {
  carrierOf,
  firstOf,
  sentPartsOf,
  type Change,
  type ConfiguredCall,
  type Sending,
  type SentParts,
} from './sent-config.js';

type Config = InternalAxiosRequestConfig;

/** The call that an attempt is one sending of. */
export interface SentCall extends ConfiguredCall, AuthorizedCall<AxiosAttempt, AxiosResponse> {
  readonly rules: CallRules;
  readonly changes: Change;
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
  readonly changes: Change;
  readonly sent: SentParts;
  response: AxiosResponse | undefined;
  /** What axios makes of the response's status. */
  error: AxiosError | undefined;
  status = 0;
  carriesToken = true;
  wantsNewProof = false;
  #request: AuthorizedRequest | undefined;

  constructor(call: SentCall, token: CallToken, sent: SentParts = sentPartsOf(call.config)) {
    this.call = call;
    this.config = call.config;
    this.token = token;
    this.changes = call.changes;
    this.sent = sent;
  }

  origin(): string {
    return this.request.url.origin;
  }

  headers(): Record<string, string> {
    return lowerCased(this.response?.headers);
  }

  data(): unknown {
    return parsedData(this.response?.data);
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
    return this.changes === 'header' ? this.#hand(next) : this.#sendPrepared(next);
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
      (response) => this.settle(response, undefined, next),
      (error: unknown) => this.settleError(error, next),
    );
  }

  /** Goes on with `next` if an error is what axios makes of a response's status. */
  settleError<T>(error: unknown, next: Next<T>): T | Promise<T> {
    if (isAxiosError(error) && error.response !== undefined) return this.settle(error.response, error, next);
    throw this.#failure(error);
  }

  /** Takes the adapter's response, and goes on with `next` once there is no redirect to follow. */
  settle<T>(response: AxiosResponse, error: AxiosError | undefined, next: Next<T>): T | Promise<T> {
    const { call } = this;
    this.#take({ response, error });
    const { status } = response;
    const mayLeadElsewhere = status >= 300 && status < 400 && !call.isRedirectedByAdapter;
    return mayLeadElsewhere ? this.#followed({ response, error }, next) : next(call, this.token, this);
  }

  /** Goes where a redirect leads that the adapter was told not to follow. */
  async #followed<T>(result: AdapterResult, next: Next<T>): Promise<T> {
    const { call, sent } = this;
    const first = firstOf(this);
    try {
      const last = await followRedirects(first, result, {
        adapter: call.transport.adapter,
        // Axios's fetch adapter has no hook for redirects.
        own: call.transport.takesAgents ? sent : { ...sent, beforeRedirect: undefined },
        placement: call.rules.attachment.placement,
        isBodyRepeatable: call.body.isRepeatable,
        remainingMs: () => call.remainingMs(),
        request: this.request,
        onResponse: (following) => this.#take(following),
      });
      this.response = last.response;
      this.error = last.error;
    } catch (error) {
      throw this.#failure(error);
    }
    return next(call, this.token, this);
  }

  /** Takes a response as the answer to this sending, which a redirect may follow. */
  #take({ response, error }: AdapterResult): void {
    this.response = response;
    this.error = error;
    this.status = response.status;
    this.carriesToken = this.#request?.carriesToken !== false;
    if (!this.call.rules.needsProof) return;
    const headers = this.headers();
    this.wantsNewProof = this.request.rememberNonce(headers) && wantsNonce(headers['www-authenticate']);
  }

  #failure(error: unknown): unknown {
    // The adapter counted what the wait for the token had left of the timeout.
    if (isAxiosError(error) && isTimeoutMessage(error.message)) error.message = timeoutMessageOf(this.config);
    if (error instanceof SentInClear)
      return callError(clearProxyProblem(this.call.rules.attachment.provider), this.config);
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
    if (this.changes === 'header') request.applyTo(NO_HEADERS);
    return request;
  }
}

function isTimeoutMessage(message: string): boolean {
  return /^timeout .*ms exceeded$/.test(message);
}
