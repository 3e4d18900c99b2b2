import type { Agent } from 'node:https';
import { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import type { Attachment, CallToken } from '../../token/attachment.js';
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
import { followRedirects, isRedirect, unfollowedOf, type AdapterResult } from './follow-redirects.js';
import { sentPartsOf, type SentParts } from './sent-parts.js';
import type { Transport } from './transport.js';
import { isAxiosError, requestSummary, sanitizeError, sanitizeResponse, type Sanitizer } from './sanitize.js';

type Config = InternalAxiosRequestConfig;

/** The call that an attempt is one sending of. */
export interface SentCall {
  /** The caller's own config. */
  readonly config: Config;
  readonly transport: Transport;
  readonly attachment: Attachment;
  /** The origins that may get the token. */
  readonly allowed: ReadonlySet<string>;
  readonly body: RequestBody;
  /** The header that the token goes into; `undefined` if its place is the query. */
  readonly header: string | undefined;
  /** Whether the token changes one header and nothing else, and the address is still the one that was judged. */
  readonly isHeaderOnly: boolean;
  readonly needsProof: boolean;
  /** Whether the adapter follows redirects and asks before each. */
  readonly isRedirectedByAdapter: boolean;
  /** Whether the address is handed to the adapter as it was computed here. */
  readonly isAddressComputed: boolean;
  /** Whether the adapter may get the caller's config itself for as long as the request is under way. */
  readonly mayBorrowConfig: boolean;
  /** What is left of the call's timeout, once time has passed. */
  remainingMs(): number | undefined;
  /** The agent that presents the token's certificate, unless the caller or the configuration names one. */
  agentFor(token: CallToken, request: AuthorizedRequest): Agent | undefined;
}

/** A request has no headers yet. */
const NO_HEADERS = { has: (): boolean => false, set: (): void => undefined };

/**
 * One sending of a call with a token: the only way in which the library sends a call of axios. What few calls need (the address, the
 * summary of the request, the work of the redirect hook) is computed when it is first read.
 */
export class AxiosAttempt implements Attempt, Sanitizer {
  readonly call: SentCall;
  readonly #token: CallToken;
  readonly #parts: SentParts;
  readonly #ownHeaders: Config['headers'];
  /** Whether the adapter gets the caller's own config for as long as the request is under way, and no copy of it. */
  readonly #isBorrowed: boolean;
  readonly #isHeaderOnly: boolean;
  #request: AuthorizedRequest | undefined;
  #result: AdapterResult | undefined;
  #hasOtherNonce = false;

  constructor(call: SentCall, token: CallToken) {
    const { config } = call;
    this.call = call;
    this.#token = token;
    this.#parts = sentPartsOf(config);
    this.#ownHeaders = config.headers;
    this.#isHeaderOnly = call.isHeaderOnly;
    this.#isBorrowed = call.mayBorrowConfig;
  }

  /** The caller's own config, which holds no token. */
  get config(): Config {
    return this.call.config;
  }

  /** The response, and the error that axios makes of its status. */
  get result(): AdapterResult {
    if (this.#result === undefined) throw new Error('The call has no response yet.');
    return this.#result;
  }

  get status(): number | undefined {
    return this.#request?.carriesToken === false ? undefined : this.result.response.status;
  }

  headers(): Record<string, string> {
    return lowerCased(this.result.response.headers);
  }

  data(): unknown {
    return parsedData(this.result.response.data);
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
    return requestSummary({ ...this.#parts, paramsSerializer }, this.request, this.call.attachment.placement);
  }

  /** Sends the call. Rejects, with nothing of the token in the error, if there was no response. */
  send(): Promise<this> {
    return this.#isHeaderOnly ? this.#hand(this.#carrier()) : this.#sendPrepared();
  }

  /** What the caller gets: the response, or the error that axios makes of its status. */
  finish(): AxiosResponse {
    const { response, error } = this.result;
    if (error !== undefined) throw sanitizeError(error, this);
    return sanitizeResponse(response, this);
  }

  async #sendPrepared(): Promise<this> {
    try {
      await this.request.signProof((this.#parts.method ?? 'get').toUpperCase());
    } catch (error) {
      throw sanitizeError(error, this);
    }
    return this.#hand(this.#carrier());
  }

  #hand(carrier: Config): Promise<this> {
    return invoke(this.call, carrier).then(
      (response) => this.#settle(carrier, { response }),
      (error: unknown) => {
        if (isAxiosError(error) && error.response !== undefined)
          return this.#settle(carrier, { response: error.response, error });
        this.#giveBack(carrier);
        throw this.#failure(error);
      },
    );
  }

  #settle(carrier: Config, result: AdapterResult): this | Promise<this> {
    this.#giveBack(carrier);
    this.#result = result;
    if (this.call.needsProof) this.#rememberNonce();
    return !this.call.isRedirectedByAdapter && isRedirect(result.response) ? this.#follow(result) : this;
  }

  /** Goes where a redirect leads that the adapter was told not to follow. */
  async #follow(result: AdapterResult): Promise<this> {
    const { call } = this;
    const first = Object.assign(copyOf(this.config), this.#parts);
    first.headers = this.#headers(first.headers);
    try {
      this.#result = await followRedirects(this.#addressed(first), result, {
        adapter: call.transport.adapter,
        // Axios's fetch adapter has no such hook.
        own: call.transport.takesAgents ? this.#parts : { ...this.#parts, beforeRedirect: undefined },
        placement: call.attachment.placement,
        isBodyRepeatable: call.body.isRepeatable,
        remainingMs: () => call.remainingMs(),
        request: this.request,
        onResponse: (next) => {
          this.#result = next;
          if (call.needsProof) this.#rememberNonce();
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
    const carrier = this.#isBorrowed ? this.config : this.#addressed(copyOf(this.config));
    carrier.headers = this.#headers(this.#ownHeaders);
    if (call.isRedirectedByAdapter) {
      carrier.beforeRedirect = redirectHook(this, this.#parts, call.attachment.placement);
    } else {
      // Another adapter would carry the token's headers along.
      carrier.maxRedirects = 0;
      carrier.fetchOptions = unfollowedOf(this.#parts);
    }
    return carrier;
  }

  /** Takes out of a borrowed config what was put there. The adapter may have changed other parts of it. */
  #giveBack(carrier: Config): void {
    if (!this.#isBorrowed) return;
    carrier.headers = this.#ownHeaders;
    const { beforeRedirect, httpAgent: _, httpsAgent: __, ...parts } = this.#parts;
    Object.assign(carrier, this.call.isRedirectedByAdapter ? { beforeRedirect } : parts);
  }

  /** A copy with the body, the address, the timeout and the agent that the call is sent with. */
  #addressed(copy: Config): Config {
    const { call } = this;
    const { body } = call;
    const timeout = call.remainingMs();
    copy.data = body.data;
    if (call.isAddressComputed) Object.assign(copy, { url: this.request.url.href, baseURL: '' });
    if (timeout !== undefined) copy.timeout = timeout;
    const agent = this.#isHeaderOnly ? undefined : call.agentFor(this.#token, this.request);
    if (agent !== undefined) copy.httpsAgent = agent;
    // Basic credentials would replace the token.
    delete copy.auth;
    return copy;
  }

  #headers(own: Config['headers']): Config['headers'] {
    const { header, body } = this.call;
    const isFirst = this.#isHeaderOnly && this.#request === undefined;
    const headers =
      isFirst && header !== undefined
        ? withHeader(own, header, this.#token.authorization)
        : copyOfHeaders(own);
    if (body.contentType !== undefined) headers.setContentType(body.contentType);
    if (!isFirst) this.request.applyTo(headers);
    return headers;
  }

  #newRequest(): AuthorizedRequest {
    const { call } = this;
    const { apiBaseURL } = this.#token;
    const url = finalUrl(this.#parts, apiBaseURL);
    if (url === undefined) throw new AxiosError('Invalid URL', AxiosError.ERR_INVALID_URL, this.config);
    const allowed =
      apiBaseURL === undefined ? call.allowed : new Set([...call.allowed, new URL(apiBaseURL).origin]);
    const request = new AuthorizedRequest(url, this.#token, call.attachment, allowed);
    // The request is under way already: the header that it carries is the library's.
    if (this.#isHeaderOnly) request.applyTo(NO_HEADERS);
    return request;
  }
}

/** An adapter that throws at once is treated as one that rejects. */
function invoke({ transport }: SentCall, carrier: Config): Promise<AxiosResponse> {
  try {
    return transport.adapter(carrier);
  } catch (error) {
    return Promise.reject(error);
  }
}

function isTimeoutMessage(message: string): boolean {
  return /^timeout .*ms exceeded$/.test(message);
}
