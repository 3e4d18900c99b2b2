import type { Agent } from 'node:https';
import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { TokenRequest } from '../../config/token-request.js';
import type { Attachment, CallToken } from '../../token/attachment.js';
import type { AuthorizedCall } from '../authorized-call.js';
import type { AuthorizedRequest } from '../authorized-request.js';
import { certificateProblem } from '../errors.js';
import { isForm, requestBodyOf, type RequestBody } from '../request-body.js';
import { AxiosAttempt } from './attempt.js';
import { isPlainAddress } from './call-url.js';
import { CallDeadline } from './deadline.js';
import { discard } from './follow-redirects.js';
import { attachReason } from './sanitize.js';
import type { Transport } from './transport.js';

/** What an {@link AxiosCall} is made of. */
export interface AxiosCallOptions {
  /** The caller's own config. */
  readonly config: InternalAxiosRequestConfig;
  readonly transport: Transport;
  readonly attachment: Attachment;
  readonly request: TokenRequest;
  /** The origins that may get the token. */
  readonly allowed: ReadonlySet<string>;
  /** When the call began, by `performance.now()`; needed where the call has a timeout. */
  readonly startedAt: number | undefined;
  /** Whether other code may look at the config while the call is under way. */
  readonly isShared: boolean;
}

/** One call of axios that gets a token. */
export class AxiosCall implements AuthorizedCall<AxiosAttempt, AxiosResponse> {
  readonly config: InternalAxiosRequestConfig;
  readonly transport: Transport;
  readonly attachment: Attachment;
  readonly request: TokenRequest;
  readonly allowed: ReadonlySet<string>;
  readonly #startedAt: number | undefined;
  readonly #isShared: boolean;
  #deadline: CallDeadline | undefined;
  #body: RequestBody | undefined;
  /** Whether time has passed since the call began: a wait for a token, or a first attempt. */
  #hasBegun = false;

  constructor({ config, transport, attachment, request, allowed, startedAt, isShared }: AxiosCallOptions) {
    this.config = config;
    this.transport = transport;
    this.attachment = attachment;
    this.request = request;
    this.allowed = allowed;
    this.#startedAt = startedAt;
    this.#isShared = isShared;
  }

  get body(): RequestBody {
    return (this.#body ??= requestBodyOf(this.config.data));
  }

  get isRepeatable(): boolean {
    return this.body.isRepeatable;
  }

  /** The header that the token goes into; `undefined` if its place is the query. */
  get header(): string | undefined {
    const { placement } = this.attachment;
    return 'header' in placement ? placement.header : undefined;
  }

  /** Whether the token changes one header and nothing else, and the address is still the one that was judged. */
  get isHeaderOnly(): boolean {
    return this.attachment.isHeaderOnly && !this.#hasBegun;
  }

  get needsProof(): boolean {
    return this.attachment.proofSigner !== undefined;
  }

  /** Whether the adapter follows redirects and asks before each: axios's http adapter, unless each request needs a proof. */
  get isRedirectedByAdapter(): boolean {
    return this.transport.isHttp && !this.needsProof;
  }

  /** Whether the address is handed to the adapter as it was computed here. */
  get isAddressComputed(): boolean {
    const { placement, isBaseNamedByToken } = this.attachment;
    return 'query' in placement || isBaseNamedByToken || !isPlainAddress(this.config);
  }

  /**
   * Whether the adapter may get the caller's config itself, with the token in it until the response is there. A copy of the config
   * costs half of all that the library adds to a call. Only where nobody else sees the config, and only headers change.
   */
  get mayBorrowConfig(): boolean {
    const { auth, data, maxRedirects, fetchOptions } = this.config;
    if (this.#isShared || !this.isHeaderOnly || auth !== undefined || isForm(data)) return false;
    const isUnfollowed = maxRedirects === undefined && fetchOptions === undefined;
    return (this.transport.isHttp || isUnfollowed) && isPlainAddress(this.config);
  }

  /** The time that the caller waits; `undefined` as long as it does not matter. */
  get deadline(): CallDeadline {
    return (this.#deadline ??= new CallDeadline(this.config, this.#startedAt));
  }

  /** What is left of the call's timeout, once time has passed. */
  remainingMs(): number | undefined {
    return this.#hasBegun ? this.deadline.remainingMs() : undefined;
  }

  getToken(): CallToken | Promise<CallToken> {
    const { attachment, request } = this;
    const isFirst = !this.#hasBegun;
    if (isFirst && this.config.signal?.aborted !== true) {
      const token = attachment.getToken(request);
      if (!(token instanceof Promise)) return token;
      this.#hasBegun = true;
      return this.deadline.run(() => token);
    }
    this.#hasBegun = true;
    return this.deadline.run((signal) => attachment.getToken(request, signal));
  }

  send(token: CallToken): Promise<AxiosAttempt> {
    const attempt = new AxiosAttempt(this, token);
    const sent = attempt.send();
    this.#hasBegun = true;
    return sent;
  }

  finish(attempt: AxiosAttempt): AxiosResponse {
    return attempt.finish();
  }

  discard(attempt: AxiosAttempt): void {
    discard(attempt.result);
  }

  attachReason({ result }: AxiosAttempt, cause: Error): void {
    attachReason(result.error ?? result.response, cause);
  }

  /** The agent that presents the token's certificate. One that the caller or the configuration names comes first. */
  agentFor(token: CallToken, request: AuthorizedRequest): Agent | undefined {
    const agent = request.carriesToken ? this.attachment.agentOf(token) : undefined;
    if (agent === undefined || this.config.httpsAgent !== undefined) return undefined;
    if (!this.transport.takesAgents) throw certificateProblem(this.attachment.provider);
    return agent;
  }
}
