import { AxiosError, AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import type { TokenPlacement } from '../core/api-access.js';
import type { TokenRequest } from '../core/token-request.js';
import type { ReadyToken } from '../core/token-source.js';
import type { CallOrigins } from './allowed-origins.js';
import type { Outcome } from './axios-dispatch.js';
import { patienceOf, type Patience } from './call-patience.js';
import { concealError, concealResponse, isAxiosError, shownRequest, type Concealment } from './conceal.js';
import { copyOf } from './config-copy.js';
import { finalUrl } from './final-url.js';
import { copyOfHeaders } from './header-record.js';
import { redirectHook } from './redirect-hook.js';
import { isForm } from './request-body.js';
import { TokenTrip } from './token-trip.js';
import type { Transport } from './transport.js';

type Config = InternalAxiosRequestConfig;

/** What of a config changes while it carries a token, and changes back. */
interface Carrier {
  headers: Config['headers'];
  beforeRedirect?: Config['beforeRedirect'] | undefined;
  maxRedirects?: number | undefined;
  fetchOptions?: object | undefined;
}

/** What is sent, where an adapter may change it. */
type Original = {
  readonly [Part in 'method' | 'url' | 'baseURL' | 'params' | 'data']: Config[Part] | undefined;
};

const UNFOLLOWED = Object.freeze({ redirect: 'manual' });

/** Whether nothing about a call has to change but one header, which the caller has not set. */
export function isPlain(config: Config, { isHttp }: Transport, placement: TokenPlacement): boolean {
  if ('query' in placement || config.auth !== undefined || isForm(config.data)) return false;
  if (!isHttp && (config.maxRedirects !== undefined || config.fetchOptions !== undefined)) return false;
  return !hasHeader(config.headers, placement.header);
}

/** Also one that is set to nothing. */
function hasHeader(headers: object, header: string): boolean {
  for (const name in headers) {
    if (isSameHeader(name, header)) return true;
  }
  return false;
}

/** An adapter may have written it in another way. */
function removeHeader(headers: Config['headers'], header: string): void {
  if (headers[header] !== undefined) delete headers[header];
  else for (const name of Object.keys(headers)) if (isSameHeader(name, header)) delete headers[name];
}

function isSameHeader(name: string, header: string): boolean {
  return name.length === header.length && name.toLowerCase() === header.toLowerCase();
}

function originalOf({ method, url, baseURL, params, data }: Config): Original {
  return { method, url, baseURL, params, data };
}

/**
 * A call that changes by one header alone, and whose token is there: nearly every call. It is sent without a copy and without a
 * wait; what else may become of a call is left to others, once it has an answer that is not good.
 */
export class PlainCall implements Concealment {
  readonly config: Config;
  readonly transport: Transport;
  readonly ready: ReadyToken;
  readonly wishes: TokenRequest;
  readonly origins: CallOrigins;
  readonly #headers: Config['headers'];
  readonly #beforeRedirect: Config['beforeRedirect'];
  readonly #original: Original | undefined;
  readonly #patience: Patience | undefined;
  #trip: TokenTrip | undefined;

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
    this.#headers = config.headers;
    this.#beforeRedirect = transport.isHttp ? config.beforeRedirect : undefined;
    this.#original = transport.isHttp ? undefined : originalOf(config);
    this.#patience = config.timeout ? patienceOf(config) : undefined;
  }

  /** What is left of the caller's patience. Without a timeout it does not matter when it began. */
  get patience(): Patience {
    return this.#patience ?? patienceOf(this.config);
  }

  /** Where the call is. Needed only for what is not usual, since it takes a look at the address. */
  get trip(): TokenTrip {
    return (this.#trip ??= this.#start());
  }

  request(): ReturnType<Concealment['request']> {
    return shownRequest(this.config, this.trip, this.#placement);
  }

  /**
   * Sends the call.
   *
   * @param isWatched - whether others may look at the config while it is on its way: then a copy carries the token
   * @param onward - takes over with an answer that is not good
   * @param accepted - told of one that is
   */
  send(
    isWatched: boolean,
    onward: (call: PlainCall, answer: Outcome) => Promise<AxiosResponse>,
    accepted: (call: PlainCall) => void,
  ): Promise<AxiosResponse> {
    const carrier = isWatched ? copyOf(this.config) : this.config;
    if (isWatched) carrier.headers = copyOfHeaders(this.#headers);
    this.#load(carrier);
    return this.#handOver(carrier).then(
      (response) => {
        this.#unload(carrier);
        if (response.status < 200 || response.status >= 300) {
          this.#restore();
          return onward(this, { response, hasNewNonce: false });
        }
        accepted(this);
        return concealResponse(response, this);
      },
      (error: unknown) => {
        this.#unload(carrier);
        if (!isAxiosError(error) || error.response === undefined) throw concealError(error, this);
        this.#restore();
        return onward(this, { response: error.response, error, hasNewNonce: false });
      },
    );
  }

  /** An adapter that fails at once does so as one that fails later. */
  #handOver(carrier: Config): Promise<AxiosResponse> {
    try {
      return this.transport.adapter(carrier);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  get #placement(): TokenPlacement {
    return this.ready.source.api.placement;
  }

  get #header(): string {
    const placement = this.#placement;
    return 'header' in placement ? placement.header : '';
  }

  #load(carrier: Carrier): void {
    carrier.headers[this.#header] = this.ready.token.authorization;
    if (this.transport.isHttp) {
      carrier.beforeRedirect = (...redirect) => this.#onRedirect(...redirect);
    } else {
      // Others would take the header along.
      carrier.maxRedirects = 0;
      carrier.fetchOptions = UNFOLLOWED;
    }
  }

  #unload(carrier: Carrier): void {
    carrier.headers = this.#headers;
    removeHeader(this.#headers, this.#header);
    if (this.transport.isHttp) {
      carrier.beforeRedirect = this.#beforeRedirect;
    } else {
      carrier.maxRedirects = undefined;
      carrier.fetchOptions = undefined;
    }
  }

  /** What follows is decided by what the call was, not by what its adapter made of it. */
  #restore(): void {
    Object.assign(this.config, this.#original);
  }

  #start(): TokenTrip {
    const url = finalUrl(this.config);
    if (url === undefined) throw new AxiosError('Invalid URL', AxiosError.ERR_INVALID_URL, this.config);
    const trip = new TokenTrip(url, this.ready.token, this.ready.source.api, this.origins.allowed);
    // So that it knows that the header is ours.
    trip.equip(new AxiosHeaders());
    return trip;
  }

  #onRedirect(...redirect: Parameters<ReturnType<typeof redirectHook>>): void {
    const { httpAgent, httpsAgent } = this.config;
    const own = { beforeRedirect: this.#beforeRedirect, httpAgent, httpsAgent };
    redirectHook(own, () => this.trip, this.#placement)(...redirect);
  }
}
