import { type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { ClientCredentialsError } from '../../base/errors.js';
import type { TokenRequest } from '../../config/token-request.js';
import type { Attachment } from '../../token/attachment.js';
import { sendAuthorized } from '../authorized-call.js';
import { userInfoProblem, warnOfNoOrigin } from '../errors.js';
import { AxiosCall, type ReceivedCall } from './call.js';
import { callError } from './call-error.js';
import { callOptionsOf, hasOwnToken, hasOwnTransform, outboundCall } from './call-options.js';
import { finalUrl, isRelative } from './call-url.js';
import { CallDeadline } from './deadline.js';
import { OWN_TRANSFORM } from './own-defaults.js';
import { InstanceRules } from './rules.js';
import { mayGoShort, sendShort } from './short-way.js';
import { sendDenied } from './denied-call.js';
import { restoreSockets } from './unprintable.js';
import { sendWithoutToken } from './without-token.js';
import { atTenantBase, withTenantDefaults, type InstanceDefaults } from './tenant-defaults.js';
import type { Transport } from './transport.js';

/** The calls of one axios instance: decides which of them get a token, and sends them. */
export class AxiosCalls {
  readonly #attachment: Attachment;
  readonly #rules: InstanceRules;
  /** Whether the instance was detached from its source. */
  isDetached = false;

  /** @param instance - its defaults are read at each call: a generated client may replace them */
  constructor(instance: { readonly defaults: InstanceDefaults }, attachment: Attachment) {
    this.#attachment = attachment;
    this.#rules = new InstanceRules(instance, attachment.defaults);
  }

  /**
   * Sends a call, with a token if it is to have one.
   *
   * @param isShared - whether other code may look at the config while the call is under way
   */
  send(config: InternalAxiosRequestConfig, transport: Transport, isShared: boolean): Promise<AxiosResponse> {
    restoreSockets(config);
    if (this.isDetached) return transport.adapter(config);
    try {
      const { request, wantsToken } = callOptionsOf(config);
      const call: ReceivedCall = {
        config,
        transport,
        request,
        startedAt: config.timeout ? performance.now() : undefined,
        isShared: isShared || hasOwnTransform(config, OWN_TRANSFORM),
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
    const needsToken = wantsToken && !hasOwnToken(config, this.#attachment.placement);
    const found = this.#attachmentFor(config, request, needsToken);
    return found instanceof Promise
      ? found
          .then((attachment) => this.#sendAs(attachment, call, wantsToken))
          .catch((error: unknown) => Promise.reject(callError(error, config)))
      : this.#sendAs(found, call, wantsToken);
  }

  /** The attachment of the call's tenant. A call that needs no token goes on without one where nobody knows the tenant. */
  #attachmentFor(
    config: InternalAxiosRequestConfig,
    request: TokenRequest,
    needsToken: boolean,
  ): Attachment | Promise<Attachment> {
    const withoutTenant = (error: unknown): Attachment => {
      if (needsToken || !(error instanceof ClientCredentialsError)) throw callError(error, config);
      // Only the tenant's configuration has the base address of a relative call.
      if (error.code !== 'tenant_required' && isRelative(config.url)) throw callError(error, config);
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
