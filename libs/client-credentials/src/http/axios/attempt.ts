import type { Agent } from 'node:https';
import { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import type { CallToken } from '../../token/attachment.js';
import type { Attempt } from '../authorized-call.js';
import { AuthorizedRequest } from '../authorized-request.js';
import { wantsNonce } from '../challenge.js';
import { copyOfHeaders, lowerCased, withHeader } from '../headers.js';
import { parsedData } from '../response-data.js';
import type { RequestBody } from '../request-body.js';
import { redirectHook } from './before-redirect.js';
import { copyOf } from './call-options.js';
import { finalUrl } from './call-url.js';
import { timeoutMessageOf } from './deadline.js';
import { followRedirects, unfollowedOf, type AdapterResult } from './follow-redirects.js';
import type { CallRules } from './rules.js';
import { borrowedPartsOf, sentPartsOf, type BorrowedParts, type SentParts } from './sent-parts.js';
import type { Transport } from './transport.js';
import { isAxiosError, requestSummary, sanitizeError, type Sanitizer } from './sanitize.js';

type Config = InternalAxiosRequestConfig;

/** The call that an attempt is one sending of. */
export interface SentCall {
  /** The caller's own config. */
  readonly config: Config;
  readonly transport: Transport;
  readonly rules: CallRules;
  readonly body: RequestBody;
  /**
   * Whether the token changes one header and nothing else, and the address is still the one that was judged. Then what few calls
   * need is computed only when it is read.
   */
  readonly isHeaderOnly: boolean;
  /** Whether the adapter follows redirects and asks before each. */
  readonly isRedirectedByAdapter: boolean;
  /** Whether the address is handed to the adapter as it was computed here. */
  readonly isAddressComputed: boolean;
  /**
   * Whether the adapter gets the caller's config itself, with the token in it until the response is there. A copy of the config costs
   * half of all that the library adds to a call. So only where nobody else sees the config, and only headers change.
   */
  readonly mayBorrowConfig: boolean;
  /** What was left of the call's timeout when this attempt began; `undefined` if it began with the call. */
  readonly timeout: number | undefined;
  /** What is left of the call's timeout now. */
  remainingMs(): number | undefined;
  /** The agent that presents the token's certificate, unless the caller or the configuration names one. */
  agentFor(token: CallToken, request: AuthorizedRequest): Agent | undefined;
}

/** A config, of which a part may be set to `undefined`, as it was before. */
type Borrowed = { -readonly [Part in keyof SentParts]?: SentParts[Part] };

/** A request has no headers yet. */
const NO_HEADERS = { has: (): boolean => false, set: (): void => undefined };

/** One sending of a call with a token: the only way in which the library sends a call of axios. */
export class AxiosAttempt implements Attempt, Sanitizer {
  readonly call: SentCall;
  /** The caller's own config, which holds no token. */
  readonly config: Config;
  /** The response, and the error that axios makes of its status. */
  result: AdapterResult | undefined;
  readonly #token: CallToken;
  #sent: SentParts | undefined;
  readonly #borrowed: BorrowedParts | undefined;
  readonly #ownHeaders: Config['headers'];
  readonly #isHeaderOnly: boolean;
  #request: AuthorizedRequest | undefined;
  #hasOtherNonce = false;

  constructor(call: SentCall, token: CallToken) {
    const { config } = call;
    this.call = call;
    this.config = config;
    this.#token = token;
    this.#ownHeaders = config.headers;
    this.#isHeaderOnly = call.isHeaderOnly;
    const isBorrowed = call.mayBorrowConfig && call.isHeaderOnly;
    this.#borrowed = isBorrowed ? borrowedPartsOf(config) : undefined;
    this.#sent = isBorrowed ? undefined : sentPartsOf(config);
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

  /** What was sent. Of a borrowed config, nobody changes what the adapter leaves alone. */
  get #parts(): SentParts {
    return (this.#sent ??= { ...sentPartsOf(this.config), ...this.#borrowed });
  }

  /** The request on its way. */
  get request(): AuthorizedRequest {
    return (this.#request ??= this.#newRequest());
  }

  summary(): ReturnType<Sanitizer['summary']> {
    const { paramsSerializer } = this.config;
    const { placement } = this.call.rules.attachment;
    return requestSummary({ ...this.#parts, paramsSerializer }, this.request, placement);
  }

  /** Sends the call, and goes on with `next` once there is a response. Rejects, with nothing of the token in the error, if there was no response. */
  send<T>(next: (attempt: this) => T | Promise<T>): Promise<T> {
    return this.#isHeaderOnly ? this.#hand(next) : this.#sendPrepared(next);
  }

  async #sendPrepared<T>(next: (attempt: this) => T | Promise<T>): Promise<T> {
    try {
      await this.request.signProof((this.#parts.method ?? 'get').toUpperCase());
    } catch (error) {
      throw sanitizeError(error, this);
    }
    return this.#hand(next);
  }

  #hand<T>(next: (attempt: this) => T | Promise<T>): Promise<T> {
    let sent: Promise<AxiosResponse>;
    const carrier = this.#carrier();
    try {
      sent = this.call.transport.adapter(carrier);
    } catch (error) {
      // An adapter that throws at once is treated as one that rejects.
      sent = Promise.reject(error);
    }
    return sent.then(
      (response) => this.#settle(carrier, { response, error: undefined }, next),
      (error: unknown) => {
        if (isAxiosError(error) && error.response !== undefined)
          return this.#settle(carrier, { response: error.response, error }, next);
        if (this.#borrowed !== undefined) this.#giveBack(carrier, this.#borrowed);
        throw this.#failure(error);
      },
    );
  }

  #settle<T>(
    carrier: Config,
    result: AdapterResult,
    next: (attempt: this) => T | Promise<T>,
  ): T | Promise<T> {
    const { call } = this;
    this.result = result;
    if (this.#borrowed !== undefined) this.#giveBack(carrier, this.#borrowed);
    if (call.rules.needsProof) this.#rememberNonce();
    const { status } = result.response;
    const mayLeadElsewhere = status >= 300 && status < 400 && !call.isRedirectedByAdapter;
    return mayLeadElsewhere ? this.#followed(result, next) : next(this);
  }

  async #followed<T>(result: AdapterResult, next: (attempt: this) => T | Promise<T>): Promise<T> {
    return next(await this.#follow(result));
  }

  /** Goes where a redirect leads that the adapter was told not to follow. */
  async #follow(result: AdapterResult): Promise<this> {
    const { call } = this;
    const first = Object.assign(copyOf(this.config), this.#parts);
    first.headers = this.#headers(first.headers);
    try {
      this.result = await followRedirects(this.#addressed(first), result, {
        adapter: call.transport.adapter,
        // Axios's fetch adapter has no hook for redirects.
        own: call.transport.takesAgents ? this.#parts : { ...this.#parts, beforeRedirect: undefined },
        placement: call.rules.attachment.placement,
        isBodyRepeatable: call.body.isRepeatable,
        remainingMs: () => call.remainingMs(),
        request: this.request,
        onResponse: (next) => {
          this.result = next;
          if (call.rules.needsProof) this.#rememberNonce();
        },
      });
      return this;
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #rememberNonce(): void {
    this.#hasOtherNonce = this.request.rememberNonce(this.headers());
  }

  #failure(error: unknown): unknown {
    // The adapter counted what the wait for the token had left of the timeout.
    if (isAxiosError(error) && isTimeoutMessage(error.message)) error.message = timeoutMessageOf(this.config);
    return sanitizeError(error, this);
  }

  /** The config that the adapter gets. */
  #carrier(): Config {
    const { call } = this;
    const { header, attachment } = call.rules;
    const isBorrowed = this.#borrowed !== undefined;
    const carrier = isBorrowed ? this.config : this.#addressed(copyOf(this.config));
    carrier.headers =
      this.#isHeaderOnly && header !== undefined
        ? withHeader(this.#ownHeaders, header, this.#token.authorization)
        : this.#headers(this.#ownHeaders);
    if (call.isRedirectedByAdapter) {
      carrier.beforeRedirect = redirectHook(this, () => this.#parts, attachment.placement);
    } else {
      // Another adapter would carry the token's headers along.
      carrier.maxRedirects = 0;
      carrier.fetchOptions = isBorrowed ? UNFOLLOWED : unfollowedOf(this.#parts);
    }
    return carrier;
  }

  /** Takes out of a borrowed config what was put there. The adapter may have changed other parts of it. */
  #giveBack(carrier: Config, { method, url, baseURL, params, data, beforeRedirect }: BorrowedParts): void {
    const borrowed: Borrowed = carrier;
    carrier.headers = this.#ownHeaders;
    if (this.call.isRedirectedByAdapter) {
      borrowed.beforeRedirect = beforeRedirect;
      return;
    }
    borrowed.maxRedirects = undefined;
    borrowed.fetchOptions = undefined;
    // A new key may make the dictionary grow, which costs more than all these reads.
    if (borrowed.method !== method) borrowed.method = method;
    if (borrowed.url !== url) borrowed.url = url;
    if (borrowed.baseURL !== baseURL) borrowed.baseURL = baseURL;
    if (borrowed.params !== params) borrowed.params = params;
    if (borrowed.data !== data) borrowed.data = data;
  }

  /** A copy with the body, the address, the timeout and the agent that the call is sent with. */
  #addressed(copy: Config): Config {
    const { call } = this;
    const { timeout } = call;
    copy.data = call.body.data;
    if (call.isAddressComputed) Object.assign(copy, { url: this.request.url.href, baseURL: '' });
    if (timeout !== undefined) copy.timeout = timeout;
    const agent = this.#isHeaderOnly ? undefined : call.agentFor(this.#token, this.request);
    if (agent !== undefined) copy.httpsAgent = agent;
    // Basic credentials would replace the token.
    delete copy.auth;
    return copy;
  }

  #headers(own: Config['headers']): Config['headers'] {
    const headers = copyOfHeaders(own);
    const { contentType } = this.call.body;
    if (contentType !== undefined) headers.setContentType(contentType);
    this.request.applyTo(headers);
    return headers;
  }

  #newRequest(): AuthorizedRequest {
    const { allowed, attachment } = this.call.rules;
    const { apiBaseURL } = this.#token;
    const url = finalUrl(this.#parts, apiBaseURL);
    if (url === undefined) throw new AxiosError('Invalid URL', AxiosError.ERR_INVALID_URL, this.config);
    const named = apiBaseURL === undefined ? [] : [new URL(apiBaseURL).origin];
    const origins = named.length === 0 ? allowed : new Set([...allowed, ...named]);
    const request = new AuthorizedRequest(url, this.#token, attachment, origins);
    // The request is under way already: the header that it carries is the library's.
    if (this.#isHeaderOnly) request.applyTo(NO_HEADERS);
    return request;
  }
}

/** What tells an adapter to follow no redirect. */
const UNFOLLOWED = Object.freeze({ redirect: 'manual' });

function isTimeoutMessage(message: string): boolean {
  return /^timeout .*ms exceeded$/.test(message);
}
