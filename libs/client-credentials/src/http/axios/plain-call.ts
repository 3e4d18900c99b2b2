import { AxiosError, AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import type { TokenRequest } from '../../config/token-request.js';
import type { ReadyToken } from '../../token/token-source.js';
import type { CallOrigins } from '../allowed-origins.js';
import { AuthorizedRequest } from '../authorized-request.js';
import { withHeader } from '../headers.js';
import { isForm } from '../request-body.js';
import { finalUrl } from '../url.js';
import { redirectHook } from './before-redirect.js';
import { copyOf, hasOwnTransform } from './call-options.js';
import { patienceOf, type Patience } from './deadline.js';
import type { AdapterResult } from './follow-redirects.js';
import { isAxiosError, requestSummary, sanitizeError, sanitizeResponse, type Sanitizer } from './sanitize.js';
import type { Transport } from './transport.js';

type Config = InternalAxiosRequestConfig;

/** What of a config changes while it carries a token, and changes back. */
interface Carrier {
  headers: Config['headers'];
  beforeRedirect?: Config['beforeRedirect'] | undefined;
  maxRedirects?: number | undefined;
  fetchOptions?: object | undefined;
}

/** What is sent beside the headers, as it was when it was sent. */
type SentParts = {
  readonly [Part in 'method' | 'url' | 'baseURL' | 'params' | 'data']: Config[Part] | undefined;
};

/** Who decides about a call. */
export interface PlainCallHooks {
  /** Takes over with an answer that is not good. */
  afterAnswer(call: PlainCall, answer: AdapterResult): Promise<AxiosResponse>;
  /** Told of one that is. */
  noteAccepted(call: PlainCall): void;
}

const UNFOLLOWED = Object.freeze({ redirect: 'manual' });

/** Whether nothing about a call has to change but one header, if the caller has not set that. */
export function isHeaderOnlyCall(
  { auth, data, maxRedirects, fetchOptions }: Config,
  { isHttp }: Transport,
): boolean {
  if (auth !== undefined || isForm(data)) return false;
  return isHttp || (maxRedirects === undefined && fetchOptions === undefined);
}

/**
 * A call that changes by one header alone, and whose token is there: nearly every call. It is sent without a copy and without a
 * wait; what else may become of a call is left to others, once it has an answer that is not good.
 */
export class PlainCall implements Sanitizer {
  readonly config: Config;
  readonly transport: Transport;
  readonly ready: ReadyToken;
  readonly wishes: TokenRequest;
  readonly origins: CallOrigins;
  /** Without the token. */
  readonly headers: Config['headers'];
  /** The caller's own. */
  readonly beforeRedirect: Config['beforeRedirect'];
  readonly sent: SentParts;
  readonly #patience: Patience | undefined;
  #trip: AuthorizedRequest | undefined;

  constructor(
    config: Config,
    transport: Transport,
    ready: ReadyToken,
    wishes: TokenRequest,
    origins: CallOrigins,
  ) {
    this.config = config;
    this.transport = transport;
    this.ready = ready;
    this.wishes = wishes;
    this.origins = origins;
    this.headers = config.headers;
    this.beforeRedirect = transport.isHttp ? config.beforeRedirect : undefined;
    this.sent = sentPartsOf(config);
    this.#patience = config.timeout ? patienceOf(config) : undefined;
  }

  /** What is left of the caller's patience. Without a timeout it does not matter when it began. */
  get patience(): Patience {
    return this.#patience ?? patienceOf(this.config);
  }

  /** Where the call is. Needed only for what is not usual, since it takes a look at the address. */
  get trip(): AuthorizedRequest {
    return (this.#trip ??= tripOf(this));
  }

  request(): ReturnType<Sanitizer['request']> {
    const { paramsSerializer } = this.config;
    return requestSummary({ ...this.sent, paramsSerializer }, this.trip, this.ready.source.api.placement);
  }

  /**
   * Sends the call, unless the caller has set the header that the token goes into.
   *
   * @param header - the one that the token goes into
   * @param isWatched - whether others may look at the config while it is on its way: then a copy carries the token
   */
  send(header: string, isWatched: boolean, hooks: PlainCallHooks): Promise<AxiosResponse> | undefined {
    const { config, ready } = this;
    const headers = withHeader(this.headers, header, ready.token.authorization);
    if (headers === undefined) return undefined;
    const carrier = isWatched || hasOwnTransform(config) ? copyOf(config) : config;
    load(this, carrier, headers);
    return handOver(this.transport, carrier).then(
      (response) => {
        unload(this, carrier);
        if (response.status < 200 || response.status >= 300) {
          this.restore();
          return hooks.afterAnswer(this, { response, hasNewNonce: false });
        }
        hooks.noteAccepted(this);
        return sanitizeResponse(response, this);
      },
      (error: unknown) => {
        unload(this, carrier);
        if (!isAxiosError(error) || error.response === undefined) throw sanitizeError(error, this);
        this.restore();
        return hooks.afterAnswer(this, { response: error.response, error, hasNewNonce: false });
      },
    );
  }

  /** What follows is decided by what the call was, not by what its adapter made of it. */
  restore(): void {
    if (!this.transport.isHttp) Object.assign(this.config, this.sent);
  }
}

function load(call: PlainCall, carrier: Carrier, headers: Config['headers']): void {
  carrier.headers = headers;
  if (call.transport.isHttp) {
    carrier.beforeRedirect = hookOf(call);
  } else {
    // Others would take the header along.
    carrier.maxRedirects = 0;
    carrier.fetchOptions = UNFOLLOWED;
  }
}

function unload({ transport, headers, beforeRedirect }: PlainCall, carrier: Carrier): void {
  carrier.headers = headers;
  if (transport.isHttp) {
    carrier.beforeRedirect = beforeRedirect;
  } else {
    carrier.maxRedirects = undefined;
    carrier.fetchOptions = undefined;
  }
}

function hookOf(call: PlainCall): NonNullable<Config['beforeRedirect']> {
  return (...redirect) => {
    const { httpAgent, httpsAgent } = call.config;
    const own = { beforeRedirect: call.beforeRedirect, httpAgent, httpsAgent };
    redirectHook(own, () => call.trip, call.ready.source.api.placement)(...redirect);
  };
}

/** An adapter that fails at once does so as one that fails later. */
function handOver({ adapter }: Transport, carrier: Config): Promise<AxiosResponse> {
  try {
    return adapter(carrier);
  } catch (error) {
    return Promise.reject(error);
  }
}

function sentPartsOf({ method, url, baseURL, params, data }: Config): SentParts {
  return { method, url, baseURL, params, data };
}

function tripOf({ config, sent, ready, origins }: PlainCall): AuthorizedRequest {
  const url = finalUrl(sent);
  if (url === undefined) throw new AxiosError('Invalid URL', AxiosError.ERR_INVALID_URL, config);
  const trip = new AuthorizedRequest(url, ready.token, ready.source.api, origins.allowed);
  // So that it knows that the header is ours.
  trip.applyTo(new AxiosHeaders());
  return trip;
}
