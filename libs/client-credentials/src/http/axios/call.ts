import type { Agent } from 'node:https';
import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { TokenRequest } from '../../config/token-request.js';
import type { Attachment, CallToken } from '../../token/attachment.js';
import type { AuthorizedCall } from '../authorized-call.js';
import type { AuthorizedRequest } from '../authorized-request.js';
import { certificateProblem } from '../errors.js';
import { isForm, requestBodyOf, type RequestBody } from '../request-body.js';
import { AxiosAttempt, type SentCall } from './attempt.js';
import { callError } from './call-error.js';
import { CallDeadline } from './deadline.js';
import { discard } from './follow-redirects.js';
import type { CallRules } from './rules.js';
import { attachReason, sanitizeError, sanitizeResponse } from './sanitize.js';
import type { Transport } from './transport.js';

/** What an {@link AxiosCall} is made of. */
export interface AxiosCallOptions {
  /** The caller's own config. */
  readonly config: InternalAxiosRequestConfig;
  readonly transport: Transport;
  readonly rules: CallRules;
  readonly request: TokenRequest;
  /** Whether the address is handed to the adapter as it was computed here. */
  readonly isAddressComputed: boolean;
  /** When the call began, by `performance.now()`; needed where the call has a timeout. */
  readonly startedAt: number | undefined;
  /** Whether other code may look at the config while the call is under way. */
  readonly isShared: boolean;
}

/** One call of axios that gets a token. */
export class AxiosCall implements AuthorizedCall<AxiosAttempt, AxiosResponse>, SentCall {
  readonly config: InternalAxiosRequestConfig;
  readonly transport: Transport;
  readonly attachment: Attachment;
  readonly rules: CallRules;
  readonly request: TokenRequest;
  readonly isAddressComputed: boolean;
  /** Whether the adapter follows redirects and asks before each: axios's http adapter, unless each request needs a proof. */
  readonly isRedirectedByAdapter: boolean;
  isHeaderOnly: boolean;
  mayBorrowConfig: boolean;
  timeout: number | undefined;
  readonly #startedAt: number | undefined;
  #deadline: CallDeadline | undefined;
  #body: RequestBody | undefined;
  /** Whether time has passed since the call began: a wait for a token, or a first attempt. */
  #hasBegun = false;

  constructor(options: AxiosCallOptions) {
    const { config, transport, rules, request, isAddressComputed, startedAt, isShared } = options;
    const { auth, data, maxRedirects, fetchOptions } = config;
    const { attachment } = rules;
    this.config = config;
    this.transport = transport;
    this.attachment = attachment;
    this.rules = rules;
    this.request = request;
    this.isAddressComputed = isAddressComputed;
    this.#startedAt = startedAt;
    this.isRedirectedByAdapter = transport.isHttp && !rules.needsProof;
    const mayTakeRedirects = transport.isHttp || (maxRedirects === undefined && fetchOptions === undefined);
    const hasPlainBody = typeof data !== 'object' || !isForm(data);
    this.isHeaderOnly = attachment.isHeaderOnly && !isAddressComputed && auth === undefined && hasPlainBody;
    this.mayBorrowConfig =
      this.isHeaderOnly && transport.isOfAxios && !transport.sendsInClear && mayTakeRedirects && !isShared;
  }

  get body(): RequestBody {
    return (this.#body ??= requestBodyOf(this.config.data));
  }

  get isRepeatable(): boolean {
    return this.body.isRepeatable;
  }

  getToken(): CallToken | Promise<CallToken> {
    const { attachment, request } = this;
    if (this.#hasBegun || this.config.signal?.aborted === true) {
      return this.#wait((signal) => attachment.getToken(request, signal));
    }
    const token = attachment.getToken(request);
    if (!(token instanceof Promise)) return token;
    this.#hasBegun = true;
    return this.#wait(() => token);
  }

  send<T>(token: CallToken, next: (attempt: AxiosAttempt) => T | Promise<T>): Promise<T> {
    if (this.#hasBegun) this.#readAgain();
    this.#hasBegun = true;
    return new AxiosAttempt(this, token).send(next);
  }

  finish(attempt: AxiosAttempt): AxiosResponse {
    const { result } = attempt;
    if (result === undefined) throw new Error('The call has no response yet.');
    if (result.error !== undefined) throw sanitizeError(result.error, attempt);
    return sanitizeResponse(result.response, attempt);
  }

  discard({ result }: AxiosAttempt): void {
    if (result !== undefined) discard(result);
  }

  attachReason({ result }: AxiosAttempt, cause: Error): void {
    if (result !== undefined) attachReason(result.error ?? result.response, cause);
  }

  /** The agent that presents the token's certificate. One that the caller or the configuration names comes first. */
  agentFor(token: CallToken, request: AuthorizedRequest): Agent | undefined {
    const agent = request.carriesToken ? this.attachment.agentOf(token) : undefined;
    if (agent === undefined || this.config.httpsAgent !== undefined) return undefined;
    if (!this.transport.takesAgents) throw certificateProblem(this.attachment.provider);
    return agent;
  }

  remainingMs(): number | undefined {
    return this.#startedAt === undefined ? undefined : this.#callDeadline.remainingMs();
  }

  /** Time has passed since the call began: its timeout is shorter, and somebody may have changed the config. */
  #readAgain(): void {
    const { config, rules } = this;
    this.timeout = this.remainingMs();
    this.mayBorrowConfig &&= this.timeout === undefined;
    this.isHeaderOnly &&= rules.judge(config, true) === 'allowed';
  }

  async #wait(task: (signal: AbortSignal | undefined) => CallToken | Promise<CallToken>): Promise<CallToken> {
    try {
      return await this.#callDeadline.run(task);
    } catch (error) {
      throw callError(error, this.config);
    }
  }

  get #callDeadline(): CallDeadline {
    return (this.#deadline ??= new CallDeadline(this.config, this.#startedAt));
  }
}
