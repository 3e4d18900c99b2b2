import axios, { type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { ClientCredentialsError } from '../../base/errors.js';
import { DEFAULT_REQUEST, type TokenRequest } from '../../config/token-request.js';
import type { Attachment } from '../../token/attachment.js';
import { sendAuthorized } from '../authorized-call.js';
import { userInfoProblem, warnOfNoOrigin } from '../errors.js';
import { AxiosCall } from './call.js';
import {
  callOptionsOf,
  hasOwnToken,
  hasOwnTransform,
  isWithoutToken,
  outboundCall,
  type CallOptions,
} from './call-options.js';
import { finalUrl, isRelative } from './call-url.js';
import { CallDeadline } from './deadline.js';
import { InstanceOrigins, type OriginVerdict } from './origins.js';
import {
  atTenantBase,
  withTenantDefaults,
  type CallDefaults,
  type InstanceDefaults,
} from './tenant-defaults.js';
import type { Transport } from './transport.js';

/** A call as an adapter of the instance got it. */
interface ReceivedCall {
  readonly config: InternalAxiosRequestConfig;
  readonly transport: Transport;
  readonly options: CallOptions;
  /** By `performance.now()`; `undefined` where the call has no timeout. */
  readonly startedAt: number | undefined;
  /** Whether other code may look at the config while the call is under way. */
  readonly isShared: boolean;
}

/** The calls of one axios instance: decides which of them get a token, and sends them. */
export class AxiosCalls {
  readonly #instance: { readonly defaults: InstanceDefaults };
  readonly #attachment: Attachment;
  readonly #origins: InstanceOrigins;
  readonly #ownTransform: unknown;
  /** Whether the instance was detached from its source. */
  isDetached = false;

  /** @param instance - its defaults are read at each call: a generated client may replace them */
  constructor(instance: { readonly defaults: InstanceDefaults }, attachment: Attachment) {
    this.#instance = instance;
    this.#attachment = attachment;
    this.#origins = new InstanceOrigins(instance, attachment.defaults);
    [this.#ownTransform] = [axios.defaults?.transformRequest].flat();
  }

  /**
   * Sends a call, with a token if it is to have one.
   *
   * @param isShared - whether other code may look at the config while the call is under way
   */
  send(config: InternalAxiosRequestConfig, transport: Transport, isShared: boolean): Promise<AxiosResponse> {
    if (this.isDetached) return transport.adapter(config);
    try {
      const options = callOptionsOf(config);
      const startedAt = config.timeout ? performance.now() : undefined;
      const call = { config, transport, options, startedAt, isShared };
      return this.#attachment.isTenantKnown
        ? this.#sendAs(this.#attachment, call)
        : this.#sendForTenant(call);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Finds the tenant that a call is for. Without a token the tenant matters only for a relative address, which is its API's. */
  #sendForTenant(call: ReceivedCall): Promise<AxiosResponse> {
    const { config, transport, options } = call;
    const wantsToken = !isWithoutToken(options);
    if (!wantsToken && !isRelative(config.url)) return transport.adapter(config);
    const needsToken = wantsToken && !hasOwnToken(config, this.#attachment.placement);
    const found = this.#attachmentFor(config, options === false ? DEFAULT_REQUEST : options, needsToken);
    return found instanceof Promise
      ? found.then((attachment) => this.#sendAs(attachment, call))
      : this.#sendAs(found, call);
  }

  /** The attachment of the call's tenant. A call that needs no token goes on without one where nobody knows the tenant. */
  #attachmentFor(
    config: InternalAxiosRequestConfig,
    request: TokenRequest,
    needsToken: boolean,
  ): Attachment | Promise<Attachment> {
    const withoutTenant = (error: unknown): Attachment => {
      if (needsToken || !(error instanceof ClientCredentialsError)) throw error;
      // Only the tenant's configuration has the base address of a relative call.
      if (error.code !== 'tenant_required' && isRelative(config.url)) throw error;
      return this.#attachment;
    };
    try {
      const found = this.#attachment.forCall(request, () => outboundCall(config, finalUrl(config)));
      if (!(found instanceof Promise)) return found;
      return new CallDeadline(config).run(() => found).catch(withoutTenant);
    } catch (error) {
      return withoutTenant(error);
    }
  }

  /** Sends a call by the rules of one attachment: the provider's, or its tenant's. */
  #sendAs(attachment: Attachment, call: ReceivedCall): Promise<AxiosResponse> {
    const { config, transport, options } = call;
    const defaults = this.#defaultsFor(attachment);
    const placed = defaults === undefined ? config : atTenantBase(config, defaults);
    if (isWithoutToken(options) || hasOwnToken(config, attachment.placement)) {
      const isForTenant = defaults !== undefined && isRelative(config.url);
      return transport.adapter(isForTenant ? withTenantDefaults(placed, defaults) : config);
    }
    const origins = this.#origins.of(attachment);
    const isForNamedBase = attachment.isBaseNamedByToken && isRelative(placed.url);
    const verdict: OriginVerdict = isForNamedBase ? 'allowed' : origins.judge(placed);
    if (verdict === 'denied') {
      if (origins.allowed.size === 0 && !attachment.isBaseNamedByToken) warnOfNoOrigin(attachment);
      return transport.adapter(placed);
    }
    if (verdict === 'user-info') throw userInfoProblem(attachment.provider);
    const own = defaults === undefined ? placed : withTenantDefaults(placed, defaults);
    return sendAuthorized(
      new AxiosCall({
        config: own,
        transport,
        startedAt: call.startedAt,
        attachment,
        request: attachment.requestFor(() => outboundCall(own, finalUrl(own)), options),
        allowed: origins.allowed,
        isShared: call.isShared || hasOwnTransform(own, this.#ownTransform),
      }),
    );
  }

  /** The settings that a tenant's calls differ in; `undefined` where the tenant has the provider's own. */
  #defaultsFor({ defaults: tenant }: Attachment): CallDefaults | undefined {
    const { defaults: provider } = this.#attachment;
    return tenant === provider ? undefined : { instance: this.#instance.defaults, provider, tenant };
  }
}
