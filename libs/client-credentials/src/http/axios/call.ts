import type { Agent } from 'node:https';
import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { TokenRequest } from '../../config/token-request.js';
import type { Attachment, CallToken } from '../../token/attachment.js';
import type { NextStep } from '../attempt.js';
import type { AuthorizedRequest } from '../authorized-request.js';
import { certificateProblem } from '../errors.js';
import { requestBodyOf, type RequestBody } from '../request-body.js';
import { AxiosAttempt, type SentCall } from './attempt.js';
import { callError } from './call-error.js';
import { CallDeadline } from './deadline.js';
import { discard } from './follow-redirects.js';
import type { CallRules } from './rules.js';
import { attachReason, sanitizeError, sanitizeResponse } from './sanitize.js';
import type { Change, SentParts } from './sent-config.js';
import type { Transport } from './transport.js';

/** A call as an adapter of the instance got it. */
export interface ReceivedCall {
  /** The caller's own config. */
  readonly config: InternalAxiosRequestConfig;
  readonly transport: Transport;
  readonly request: TokenRequest;
  /** When the call began, by `performance.now()`; `undefined` where the call has no timeout. */
  readonly startedAt: number | undefined;
  /** Whether other code may look at the config while the call is under way. */
  readonly isShared: boolean;
}

/** One call of axios that gets a token. */
export class AxiosCall implements SentCall {
  readonly config: InternalAxiosRequestConfig;
  readonly transport: Transport;
  readonly attachment: Attachment;
  readonly rules: CallRules;
  readonly request: TokenRequest;
  /** Whether the adapter follows redirects and asks before each: axios's http adapter, unless each request needs a proof. */
  readonly isRedirectedByAdapter: boolean;
  changes: Change;
  timeout: number | undefined;
  readonly #startedAt: number | undefined;
  #deadline: CallDeadline | undefined;
  #body: RequestBody | undefined;
  /** Whether time has passed since the call began: a wait for a token, or a first attempt. */
  #hasBegun = false;

  constructor({ config, transport, request, startedAt }: ReceivedCall, rules: CallRules, changes: Change) {
    this.config = config;
    this.transport = transport;
    this.attachment = rules.attachment;
    this.rules = rules;
    this.request = request;
    this.changes = changes;
    this.isRedirectedByAdapter = transport.isHttp && !rules.needsProof;
    this.#startedAt = startedAt;
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
    return token instanceof Promise ? this.waitFor(token) : token;
  }

  /** A token that was asked for already, for as long as the caller is willing to wait. */
  waitFor(token: Promise<CallToken>): Promise<CallToken> {
    this.#hasBegun = true;
    return this.#wait(() => token);
  }

  send<T>(token: CallToken, next: NextStep<AxiosAttempt, AxiosResponse, T>): Promise<T> {
    if (this.#hasBegun) this.#readAgain();
    this.#hasBegun = true;
    return new AxiosAttempt(this, token).send(next);
  }

  /** The first attempt, which was sent already. */
  takeOver(token: CallToken, sent: SentParts): AxiosAttempt {
    this.#hasBegun = true;
    return new AxiosAttempt(this, token, sent);
  }

  finish(attempt: AxiosAttempt): AxiosResponse {
    const { response, error } = attempt;
    if (error !== undefined) throw sanitizeError(error, attempt);
    if (response === undefined) throw new Error('The call has no response yet.');
    return sanitizeResponse(response, attempt);
  }

  discard({ response }: AxiosAttempt): void {
    if (response !== undefined) discard({ response });
  }

  attachReason({ response, error }: AxiosAttempt, cause: Error): void {
    const shown = error ?? response;
    if (shown !== undefined) attachReason(shown, cause);
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
    this.timeout = this.remainingMs();
    if (this.changes === 'header' && this.rules.judge(this.config, true) !== 'allowed') this.changes = 'more';
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
