import type { InternalAxiosRequestConfig } from 'axios';
import type { Attachment, TokenPlacement } from '../../token/attachment.js';
import { allowedOriginsOf, mayCarryToken } from '../allowed-origins.js';
import { isForm } from '../request-body.js';
import { hasUserInfo, isAbsolute } from '../url.js';
import { finalUrl, isRelative, withParams, type CallAddress } from './call-url.js';
import { hasOwnBase, type CallDefaults, type InstanceDefaults } from './tenant-defaults.js';

/**
 * Whether a call may carry the token, by its address.
 *
 * - `allowed`: yes. `computed`: yes, and the adapter gets the address as it was computed here, since versions of axios would read it
 *   differently
 * - `denied`: no. `user-info`: the address holds a user name, which would replace the token
 * - `own-token`: no, since the caller has put something in the token's place, or wants no token
 */
export type Verdict = 'allowed' | 'computed' | 'denied' | 'user-info' | 'own-token';

const SLASH = 47;
// More hosts than any one client calls.
const MAX_VERDICTS = 1_000;

/** The rules for the calls of one instance with the tokens of one attachment, decided once for each base address of the instance. */
export class CallRules {
  readonly attachment: Attachment;
  /** The origins that may get the token. */
  readonly allowed: ReadonlySet<string>;
  /** The header that the token goes into; `undefined` if its place is the query. */
  readonly header: string | undefined;
  readonly needsProof: boolean;
  /** The settings in which a tenant differs from its provider; `undefined` where there are none. */
  readonly defaults: CallDefaults | undefined;
  readonly #instance: InstanceDefaults;
  readonly #instanceBase: string | undefined;
  readonly #verdicts = new Map<string, Verdict>();

  constructor(attachment: Attachment, instance: InstanceDefaults, provider: Attachment['defaults']) {
    const { placement, proofSigner, defaults: tenant } = attachment;
    // A tenant with a base address of its own does not use the instance's.
    const base = tenant !== provider && hasOwnBase({ provider, tenant }) ? undefined : instance.baseURL;
    this.attachment = attachment;
    this.allowed = allowedOriginsOf(attachment, base);
    this.header = 'header' in placement ? placement.header : undefined;
    this.needsProof = proofSigner !== undefined;
    this.defaults = tenant === provider ? undefined : { instance, provider, tenant };
    this.#instance = instance;
    this.#instanceBase = instance.baseURL;
  }

  /** Whether the instance's defaults are still the ones that the rules were decided for. */
  isFor(instance: InstanceDefaults): boolean {
    return this.#instance === instance && this.#instanceBase === instance.baseURL;
  }

  /**
   * Judges a call by its headers and its address, with a cache of verdicts by base address or by the host of an absolute address: what follows begins with a
   * slash, and so cannot change the host.
   */
  judge(config: InternalAxiosRequestConfig, wantsToken: boolean): Verdict {
    const { header } = this;
    const { placement, isBaseNamedByToken } = this.attachment;
    const hasOwn = header === undefined ? hasOwnToken(config, placement) : hasHeader(config.headers, header);
    if (hasOwn || !wantsToken) return 'own-token';
    const { url = '', baseURL, allowAbsoluteUrls = true } = config;
    // Versions of axios differ about 0, '' and null, which a config without types may hold.
    const isPlain = typeof url === 'string' && (allowAbsoluteUrls as unknown) === true;
    if (!isPlain || 'query' in placement || isBaseNamedByToken) return this.#judgeComputed(config);
    // Most addresses of calls begin with one slash.
    const hasNoHost = url.charCodeAt(0) === SLASH ? url.charCodeAt(1) !== SLASH : !isAbsolute(url);
    const pathAt = hasNoHost ? 0 : url.indexOf('/', url.indexOf('//') + 2);
    const place = hasNoHost ? baseURL : url.slice(0, Math.max(pathAt, 0));
    if (!place || typeof place !== 'string') return this.#verdictOn(finalUrl(config));
    return this.#verdicts.get(place) ?? this.#remember(place);
  }

  /** The header that the token goes into, where it changes that header of a call and nothing else. */
  onlyHeaderOf({ auth, data }: InternalAxiosRequestConfig): string | undefined {
    const hasPlainBody = typeof data !== 'object' || !isForm(data);
    return this.attachment.isHeaderOnly && auth === undefined && hasPlainBody ? this.header : undefined;
  }

  /** Judges an address that the adapter gets as it was computed here. The base address that a token names is its own origin's. */
  #judgeComputed(address: CallAddress): Verdict {
    const { url = '' } = address;
    if (this.attachment.isBaseNamedByToken && isRelative(url)) return 'computed';
    const verdict = this.#verdictOn(finalUrl(address));
    return verdict === 'allowed' ? 'computed' : verdict;
  }

  #remember(place: string): Verdict {
    const verdict = this.#verdictOn(URL.canParse(place) ? new URL(place) : undefined);
    if (this.#verdicts.size >= MAX_VERDICTS) this.#verdicts.clear();
    this.#verdicts.set(place, verdict);
    return verdict;
  }

  #verdictOn(url: URL | undefined): Verdict {
    if (url === undefined || !mayCarryToken(url, this.allowed)) return 'denied';
    return hasUserInfo(url) ? 'user-info' : 'allowed';
  }
}

/** Whether the caller has set the header, or the query parameter, that the token would go into. */
export function hasOwnToken(config: InternalAxiosRequestConfig, placement: TokenPlacement): boolean {
  if ('header' in placement) return hasHeader(config.headers, placement.header);
  const url = finalUrl(config);
  return url !== undefined && withParams(config, url).searchParams.has(placement.query);
}

/** Whether a header is set, to null included. */
function hasHeader(headers: object, header: string): boolean {
  const { length } = header;
  for (const name in headers) {
    if (name.length === length && name.toLowerCase() === header.toLowerCase()) {
      const value: unknown = Reflect.get(headers, name);
      if (value !== undefined && value !== null) return true;
    }
  }
  return false;
}

/** The rules of one instance, by attachment. */
export class InstanceRules {
  readonly #instance: { readonly defaults: InstanceDefaults };
  readonly #provider: Attachment['defaults'];
  readonly #known = new WeakMap<Attachment, CallRules>();
  #latest: CallRules | undefined;

  /**
   * @param instance - its defaults are read at each call: a generated client may replace them
   * @param provider - the provider's own `api`
   */
  constructor(instance: { readonly defaults: InstanceDefaults }, provider: Attachment['defaults']) {
    this.#instance = instance;
    this.#provider = provider;
  }

  /** Decided anew when the instance's base address has changed. */
  for(attachment: Attachment): CallRules {
    const { defaults } = this.#instance;
    let rules = this.#latest;
    if (rules?.attachment !== attachment) rules = this.#known.get(attachment);
    if (rules?.isFor(defaults) !== true) {
      rules = new CallRules(attachment, defaults, this.#provider);
      this.#known.set(attachment, rules);
    }
    this.#latest = rules;
    return rules;
  }
}
