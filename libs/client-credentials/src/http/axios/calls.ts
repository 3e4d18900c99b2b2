import { type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { ClientCredentialsError } from '../../base/errors.js';
import type { Attachment } from '../../token/attachment.js';
import { sendAuthorized } from '../authorized-call.js';
import { userInfoProblem, warnOfNoOrigin } from '../errors.js';
import { AxiosCall, type ReceivedCall } from './call.js';
import { callError } from './call-error.js';
import { callOptionsOf, outboundCall, USUAL_OPTIONS } from './call-options.js';
import { finalUrl, isRelative } from './call-url.js';
import { CallDeadline } from './deadline.js';
import { hasOwnToken, InstanceRules } from './rules.js';
import { mayGoShort, sendShort } from './short-way.js';
import { sendDenied } from './denied-call.js';
import { restoreSockets } from './unprintable.js';
import { sendWithoutToken } from './without-token.js';
import { atTenantBase, withTenantDefaults, type InstanceDefaults } from './tenant-defaults.js';
import { transportOf, type NamedAdapter, type Transport } from './transport.js';

export type { NamedAdapter };

/** An axios instance whose calls are sent. Its defaults are read at each call: a generated client may replace them. */
export interface SendingInstance {
  readonly defaults: InstanceDefaults;
}

/** The calls of one axios instance: decides which of them get a token, and sends them. */
export class AxiosCalls {
  readonly #attachment: Attachment;
  readonly #rules: InstanceRules;
  /** Whether the instance was detached from its source. */
  isDetached = false;

  constructor(instance: SendingInstance, attachment: Attachment) {
    this.#attachment = attachment;
    this.#rules = new InstanceRules(instance, attachment.defaults);
  }

  /** What sends the calls whose config names these adapters. */
  transportsOf(adapters: NamedAdapter): (config: InternalAxiosRequestConfig) => Transport {
    return transportOf(adapters);
  }

  /**
   * Sends a call, with a token if it is to have one.
   *
   * @param isShared - whether other code has kept the config, and may look at it while the call is under way
   */
  send(config: InternalAxiosRequestConfig, transport: Transport, isShared: boolean): Promise<AxiosResponse> {
    const { httpAgent, httpsAgent, fetchOptions, clientCredentials: options } = config;
    // A config that was sent before has stand-ins in these places.
    if (httpAgent !== undefined || httpsAgent !== undefined || fetchOptions !== undefined)
      restoreSockets(config);
    if (this.isDetached) return transport.adapter(config);
    try {
      const { request, wantsToken } = options === undefined ? USUAL_OPTIONS : callOptionsOf(options);
      const call: ReceivedCall = {
        config,
        transport,
        request,
        startedAt: config.timeout ? performance.now() : undefined,
        isShared,
      };
      return this.#attachment.isTenantKnown
        ? this.#sendAs(this.#attachment, call, wantsToken)
        : this.#sendForTenant(call, wantsToken);
    } catch (error) {
      return Promise.reject(callError(error, config));
    }
  }

  /** Finds the tenant that a call is for. Without a token the tenant matters only for a relative address, which is its API's. */
  #sendForTenant(call: ReceivedCall, wantsToken: boolean): Promise<AxiosResponse> {
    const { config, transport, request } = call;
    if (!wantsToken && !isRelative(config.url)) return sendWithoutToken(config, transport);
    let found: Attachment | Promise<Attachment>;
    try {
      found = this.#attachment.forCall(request, () => outboundCall(config, finalUrl(config)));
    } catch (error) {
      found = this.#withoutTenant(error, config, this.#needsToken(config, wantsToken));
    }
    return found instanceof Promise
      ? this.#sendLater(found, call, wantsToken)
      : this.#sendAs(found, call, wantsToken);
  }

  /** Waits for the tenant, as long as the caller does. */
  async #sendLater(
    found: Promise<Attachment>,
    call: ReceivedCall,
    wantsToken: boolean,
  ): Promise<AxiosResponse> {
    const { config } = call;
    try {
      // Read before the wait: the caller may change the config meanwhile.
      const needsToken = this.#needsToken(config, wantsToken);
      const attachment = await new CallDeadline(config)
        .run(() => found)
        .catch((error: unknown) => this.#withoutTenant(error, config, needsToken));
      return await this.#sendAs(attachment, call, wantsToken);
    } catch (error) {
      throw callError(error, config);
    }
  }

  #needsToken(config: InternalAxiosRequestConfig, wantsToken: boolean): boolean {
    return wantsToken && !hasOwnToken(config, this.#attachment.placement);
  }

  /** The attachment of a call whose tenant nobody knows. The call goes on if it needs no token. */
  #withoutTenant(error: unknown, config: InternalAxiosRequestConfig, needsToken: boolean): Attachment {
    if (needsToken || !(error instanceof ClientCredentialsError)) throw callError(error, config);
    // Only the tenant's configuration has the base address of a relative call.
    if (error.code !== 'tenant_required' && isRelative(config.url)) throw callError(error, config);
    return this.#attachment;
  }

  /** Sends a call by the rules of one attachment: the provider's, or its tenant's. */
  #sendAs(attachment: Attachment, call: ReceivedCall, wantsToken: boolean): Promise<AxiosResponse> {
    const { config, transport } = call;
    const rules = this.#rules.for(attachment);
    const { defaults } = rules;
    const placed = defaults === undefined ? config : atTenantBase(config, defaults);
    const verdict = rules.judge(placed, wantsToken);
    if (verdict === 'own-token') {
      const isForTenant = defaults !== undefined && isRelative(config.url);
      return sendWithoutToken(isForTenant ? withTenantDefaults(placed, defaults) : config, transport);
    }
    if (verdict === 'denied') {
      if (rules.allowed.size === 0 && !attachment.isBaseNamedByToken) warnOfNoOrigin(attachment);
      return sendDenied(sendWithoutToken(placed, transport), rules, finalUrl(placed));
    }
    if (verdict === 'user-info') throw userInfoProblem(attachment.provider);
    const received =
      defaults === undefined && attachment.requestFor === undefined
        ? call
        : requested(attachment, {
            ...call,
            config: defaults === undefined ? config : withTenantDefaults(placed, defaults),
          });
    if (verdict === 'computed') return sendAuthorized(new AxiosCall(received, rules, 'address'));
    const header = rules.onlyHeaderOf(received.config);
    if (header === undefined) return sendAuthorized(new AxiosCall(received, rules, 'more'));
    return mayGoShort(received)
      ? sendShort(received, rules, header)
      : sendAuthorized(new AxiosCall(received, rules, 'header'));
  }
}

/** A call with the token request that its attachment makes of it. */
function requested({ requestFor }: Attachment, call: ReceivedCall): ReceivedCall {
  const { config } = call;
  const request = requestFor?.(() => outboundCall(config, finalUrl(config)), call.request);
  return request === undefined ? call : { ...call, request };
}
