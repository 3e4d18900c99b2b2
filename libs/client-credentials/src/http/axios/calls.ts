import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { ClientCredentialsError } from '../../base/errors.js';
import { DEFAULT_REQUEST, type TokenRequest } from '../../config/token-request.js';
import type { AccessToken } from '../../token/access-token.js';
import type { Attachment } from '../../token/attachment.js';
import type { TokenSource } from '../../token/token-source.js';
import { mayCarryToken } from '../allowed-origins.js';
import { concludeAuthorized, sendAuthorized, type AuthorizedCall } from '../authorized-call.js';
import { userInfoProblem } from '../errors.js';
import { hasHeader } from '../headers.js';
import { requestBodyOf } from '../request-body.js';
import { finalUrl, isRelative } from '../url.js';
import { attachReason, resume, sendOnce, settle, type AxiosCall, type AxiosResult } from './attempt.js';
import {
  callOptionsOf,
  hasOwnToken,
  isWithoutToken,
  outboundCall,
  type CallOptions,
} from './call-options.js';
import { patienceOf } from './deadline.js';
import { discard, type AdapterResult } from './follow-redirects.js';
import { isHeaderOnlyCall, PlainCall, type PlainCallHooks } from './plain-call.js';
import {
  atTenantsBase,
  InstanceOrigins,
  withTenantsDefaults,
  type CallDefaults,
  type InstanceDefaults,
} from './tenant-defaults.js';
import type { Transport } from './transport.js';

/** A call that is to get a token, and how. */
interface TokenCall {
  readonly source: TokenSource;
  readonly defaults: CallDefaults;
  readonly wishes: TokenRequest;
  readonly transport: Transport;
  /** By `performance.now()`. */
  readonly startedAt: number;
}

/** The calls of one axios instance: decides which of them get a token, and sends them. */
export class AxiosCalls implements PlainCallHooks {
  readonly #defaults: InstanceDefaults;
  readonly #source: TokenSource;
  readonly #origins: InstanceOrigins;
  /** Whether calls are no longer any business of the source's. */
  isDetached = false;
  #accepted: AccessToken | undefined;

  /** @param defaults - those of the axios instance, read at each call */
  constructor(defaults: InstanceDefaults, source: TokenSource) {
    this.#defaults = defaults;
    this.#source = source;
    this.#origins = new InstanceOrigins(defaults, source.api.defaults);
  }

  /**
   * Sends a call, with a token if it is to have one.
   *
   * @param isWatched - whether others may look at the config while the call is on its way
   */
  send(config: InternalAxiosRequestConfig, transport: Transport, isWatched: boolean): Promise<AxiosResponse> {
    if (this.isDetached) return transport.adapter(config);
    const wishes = callOptionsOf(config);
    return (
      this.#sendPlain(config, transport, wishes, isWatched) ?? this.#sendOther(config, transport, wishes)
    );
  }

  /** Sends the call if it is a plain one. */
  #sendPlain(
    config: InternalAxiosRequestConfig,
    transport: Transport,
    wishes: CallOptions,
    isWatched: boolean,
  ): Promise<AxiosResponse> | undefined {
    if (isWithoutToken(wishes) || !this.#source.api.isHeaderOnly || !isHeaderOnlyCall(config, transport))
      return undefined;
    const ready = this.#source.peek(wishes);
    if (ready === undefined) return this.#sendOnceReady(config, transport, wishes, isWatched);
    const origins = this.#origins.of(ready.source.api);
    const { onlyHeader } = origins;
    if (onlyHeader === undefined || !origins.plainlyAllow(config)) return undefined;
    return new PlainCall(config, transport, ready, wishes, origins).send(onlyHeader, isWatched, this);
  }

  /** Waits for the token of a call that will be a plain one then. */
  #sendOnceReady(
    config: InternalAxiosRequestConfig,
    transport: Transport,
    wishes: TokenRequest,
    isWatched: boolean,
  ): Promise<AxiosResponse> | undefined {
    const source = this.#source;
    // What is left of a timeout after the wait has to be counted.
    if (!source.api.isTenantKnown || config.timeout) return undefined;
    const origins = this.#origins.of(source.api);
    const { onlyHeader } = origins;
    if (onlyHeader === undefined || !origins.plainlyAllow(config)) return undefined;
    if (hasHeader(config.headers, onlyHeader)) return undefined;
    const getToken = (signal: AbortSignal | undefined): Promise<AccessToken> =>
      source.getToken(signal === undefined ? wishes : { ...wishes, signal });
    const send = async (): Promise<AxiosResponse> => {
      const token = await patienceOf(config).during(getToken);
      // Somebody may have changed meanwhile where it goes.
      if (!origins.plainlyAllow(config)) return this.#sendOther(config, transport, wishes);
      const call = new PlainCall(config, transport, { source, token }, wishes, origins);
      return call.send(onlyHeader, isWatched, this) ?? this.#sendOther(config, transport, wishes);
    };
    return send();
  }

  async #sendOther(
    config: InternalAxiosRequestConfig,
    transport: Transport,
    wishes: CallOptions,
  ): Promise<AxiosResponse> {
    const startedAt = performance.now();
    const isWanted = !isWithoutToken(wishes);
    const isForBase = isRelative(config.url);
    // A call without a token is nobody's, except that a relative address is one of its tenant's API.
    if (!isWanted && !isForBase) return transport.adapter(config);
    const isNeeded = isWanted && !hasOwnToken(config, this.#source.api.placement);
    const source = await this.#sourceFor(config, wishes === false ? DEFAULT_REQUEST : wishes, isNeeded);
    const defaults = this.#defaultsFor(source.api);
    const placed = atTenantsBase(config, defaults);
    if (!isWanted || hasOwnToken(config, source.api.placement))
      return transport.adapter(isForBase ? withTenantsDefaults(placed, defaults) : config);
    return this.#sendWithToken(placed, { source, defaults, wishes, transport, startedAt });
  }

  async #sendWithToken(
    placed: InternalAxiosRequestConfig,
    { source, defaults, wishes, transport, startedAt }: TokenCall,
  ): Promise<AxiosResponse> {
    const { api, provider } = source;
    const { allowed } = this.#origins.of(api);
    const url = finalUrl(placed);
    const isForNamedBase = api.isBaseNamedByToken && isRelative(placed.url);
    const mayCarry = url !== undefined && mayCarryToken(url, allowed);
    if (!mayCarry && !isForNamedBase) {
      if (allowed.size === 0 && !api.isBaseNamedByToken) this.#warnOfNoOrigin();
      return transport.adapter(placed);
    }
    if (url !== undefined && `${url.username}${url.password}` !== '') throw userInfoProblem(provider);

    const config = withTenantsDefaults(placed, defaults);
    const body = requestBodyOf(config.data);
    const patience = patienceOf(config, startedAt);
    const call = { config, transport, api, provider, allowed, body, patience };
    const request = api.requestFor(() => outboundCall(config, url), wishes);
    return settle(await sendAuthorized(source, authorized(call, request)));
  }

  /** Once for each token, as far as they do not take turns. */
  noteAccepted({ ready: { source, token }, wishes }: PlainCall): void {
    if (token === this.#accepted) return;
    this.#accepted = token;
    source.api.noteAccepted(token, wishes);
  }

  /** What becomes of a plain call whose answer is not good. */
  async afterAnswer(plain: PlainCall, answer: AdapterResult): Promise<AxiosResponse> {
    const { config, transport, wishes, patience, trip } = plain;
    const { source, token } = plain.ready;
    const call: AxiosCall = {
      config,
      transport,
      api: source.api,
      provider: source.provider,
      allowed: plain.origins.allowed,
      body: requestBodyOf(config.data),
      patience,
    };
    const first = await resume(call, trip, answer);
    return settle(await concludeAuthorized(source, authorized(call, wishes), token, first));
  }

  /**
   * The source that serves the call: its tenant's, where there are tenants. A call that needs no token is sent as it is where nobody knows whose it
   * is, unless it is for the base address of a tenant.
   */
  async #sourceFor(
    config: InternalAxiosRequestConfig,
    wishes: TokenRequest,
    isNeeded: boolean,
  ): Promise<TokenSource> {
    try {
      const found = this.#source.sourceFor(wishes, () => outboundCall(config, finalUrl(config)));
      return found instanceof Promise ? await patienceOf(config).during(() => found) : found;
    } catch (error) {
      if (isNeeded || !(error instanceof ClientCredentialsError)) throw error;
      if (error.code !== 'tenant_required' && isRelative(config.url)) throw error;
      return this.#source;
    }
  }

  #defaultsFor({ defaults: tenant }: Attachment): CallDefaults {
    return { instance: this.#defaults, provider: this.#source.api.defaults, tenant };
  }

  #warnOfNoOrigin(): void {
    this.#source.api.warnOnce(
      'no-origin',
      `No call of "${this.#source.provider}" gets a token, since no origin is allowed to have it. Set api.baseURL or allowedOrigins to an https address, or http on loopback.`,
    );
  }
}

function authorized(call: AxiosCall, request: TokenRequest): AuthorizedCall<AxiosResult> {
  return {
    request,
    isRepeatable: call.body.isRepeatable,
    send: (token) => sendOnce(call, token),
    wait: (get) => call.patience.during(get),
    discard,
    attachReason,
  };
}
