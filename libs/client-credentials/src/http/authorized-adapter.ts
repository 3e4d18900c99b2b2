import {
  getAdapter,
  type AxiosAdapter,
  type AxiosRequestConfig,
  type InternalAxiosRequestConfig,
} from 'axios';
import type { OutboundCall } from '../core/options.js';
import type { TokenSource } from '../core/token-source.js';
import { allowedOriginsOf, mayCarryToken } from './allowed-origins.js';
import { sendAuthorized } from './authorized-call.js';
import { discard } from './axios-dispatch.js';
import { explain, sendOnce, settle, type AxiosResult } from './axios-sender.js';
import { patienceOf } from './call-patience.js';
import { finalUrl, fullUrl, isRelative } from './final-url.js';
import { userInfoProblem } from './call-problems.js';
import { lowerCased } from './header-record.js';
import { requestBodyOf } from './request-body.js';

/** An adapter as a config may name it. */
export type NamedAdapter = AxiosRequestConfig['adapter'];

/** Stands before the adapters of one instance: decides which calls get a token, and sends those. */
export class AuthorizedAdapter {
  isDetached = false;
  readonly #defaults: { readonly baseURL?: string | undefined };
  readonly #source: TokenSource;
  readonly #wrapped = new WeakSet<object>();
  #allowed: { baseURL: string | undefined; origins: ReadonlySet<string> } | undefined;

  /** @param defaults - those of the axios instance, read at each call */
  constructor(defaults: { readonly baseURL?: string | undefined }, source: TokenSource) {
    this.#defaults = defaults;
    this.#source = source;
  }

  /** The adapter with this in front. One that has it already, from a config that is sent again, stays as it is. */
  wrap(named: NamedAdapter): AxiosAdapter {
    if (typeof named === 'function' && this.#wrapped.has(named)) return named;
    const adapter: AxiosAdapter = (config) =>
      this.#send(config, resolveAdapter(named, config), typeof named === 'function');
    this.#wrapped.add(adapter);
    return adapter;
  }

  async #send(
    config: InternalAxiosRequestConfig,
    adapter: AxiosAdapter,
    isOwnAdapter: boolean,
  ): ReturnType<AxiosAdapter> {
    const wishes = config.clientCredentials ?? {};
    if (this.isDetached || wishes === false || this.#hasOwnToken(config)) return adapter(config);
    const { api } = this.#source;
    const allowed = this.#allowedOrigins();
    const url = finalUrl(config);
    const isForNamedBase = api.isBaseNamedByToken && isRelative(config.url ?? '');
    const mayCarry = url !== undefined && mayCarryToken(url, allowed);
    if (!mayCarry && !isForNamedBase) {
      if (allowed.size === 0 && !api.isBaseNamedByToken) this.#warnOfNoOrigin();
      return adapter(config);
    }
    if (url !== undefined && `${url.username}${url.password}` !== '')
      throw userInfoProblem(this.#source.provider);

    const body = requestBodyOf(config.data);
    const { provider } = this.#source;
    const takesAgents = isOwnAdapter || adapter === getAdapter('http');
    const call = {
      config,
      adapter,
      takesAgents,
      api,
      provider,
      allowed,
      body,
      url,
      patience: patienceOf(config),
    };
    const result = await sendAuthorized<AxiosResult>(this.#source, {
      request: api.requestFor(() => outboundCall(config, url), wishes),
      isRepeatable: body.isRepeatable,
      send: (token) => sendOnce(call, token),
      wait: (get) => call.patience.during(get),
      discard,
      explain,
    });
    return settle(result);
  }

  /** Computed anew only when the instance's base address was changed. */
  #allowedOrigins(): ReadonlySet<string> {
    const { baseURL } = this.#defaults;
    if (this.#allowed === undefined || this.#allowed.baseURL !== baseURL) {
      this.#allowed = { baseURL, origins: allowedOriginsOf(this.#source.api, baseURL) };
    }
    return this.#allowed.origins;
  }

  /** Whether the caller has put something where the token would go. */
  #hasOwnToken(config: InternalAxiosRequestConfig): boolean {
    const { placement } = this.#source.api;
    if ('header' in placement) return config.headers.has(placement.header);
    const url = finalUrl(config);
    return url !== undefined && fullUrl(config, url).searchParams.has(placement.query);
  }

  #warnOfNoOrigin(): void {
    this.#source.api.warnOnce(
      'no-origin',
      `No call of "${this.#source.provider}" gets a token, since no origin is allowed to have it. Set api.baseURL or allowedOrigins to an https address, or http on loopback.`,
    );
  }
}

function outboundCall(config: InternalAxiosRequestConfig, url: URL | undefined): OutboundCall {
  return {
    method: (config.method ?? 'get').toUpperCase(),
    url: url === undefined ? (config.url ?? '') : fullUrl(config, url).href,
    headers: lowerCased(config.headers),
  };
}

function resolveAdapter(named: NamedAdapter, config: InternalAxiosRequestConfig): AxiosAdapter {
  // The config says which fetch to use, in versions of axios that ask.
  const resolve = getAdapter as (named: NamedAdapter, config: InternalAxiosRequestConfig) => AxiosAdapter;
  return resolve(named ?? ['http', 'fetch'], config);
}
