import type { Attachment } from '../../token/attachment.js';
import { allowedOriginsOf, mayCarryToken } from '../allowed-origins.js';
import { hasUserInfo } from '../url.js';
import { finalUrl, isPlainAddress, isRelative, type CallAddress } from './call-url.js';
import { hasOwnBase, type InstanceDefaults } from './tenant-defaults.js';

/** Whether a call may carry the token, by its address. `user-info`: the address holds a user name, which would replace the token. */
export type OriginVerdict = 'allowed' | 'denied' | 'user-info';

// More hosts than any one client calls.
const MAX_VERDICTS = 1_000;

/** The origins that may get an attachment's tokens, with a cache of verdicts by base address or by the host of an absolute address. */
export class CallOrigins {
  readonly allowed: ReadonlySet<string>;
  readonly #verdicts = new Map<string, OriginVerdict>();

  constructor(allowed: ReadonlySet<string>) {
    this.allowed = allowed;
  }

  judge(address: CallAddress): OriginVerdict {
    const place = isPlainAddress(address) ? placeOf(address) : undefined;
    if (place === undefined) return this.#verdictOn(finalUrl(address));
    return this.#verdicts.get(place) ?? this.#remember(place);
  }

  /** The rest of an address begins with a slash, and so cannot change the place's host. */
  #remember(place: string): OriginVerdict {
    const verdict = this.#verdictOn(URL.canParse(place) ? new URL(place) : undefined);
    if (this.#verdicts.size >= MAX_VERDICTS) this.#verdicts.clear();
    this.#verdicts.set(place, verdict);
    return verdict;
  }

  #verdictOn(url: URL | undefined): OriginVerdict {
    if (url === undefined || !mayCarryToken(url, this.allowed)) return 'denied';
    return hasUserInfo(url) ? 'user-info' : 'allowed';
  }
}

/** The part of an address that decides its host: the base address, or an absolute address up to its path. */
function placeOf({ url = '', baseURL }: CallAddress): string | undefined {
  if (isRelative(url)) return baseURL === '' ? undefined : baseURL;
  const pathAt = url.indexOf('/', url.indexOf('//') + 2);
  return pathAt < 0 ? undefined : url.slice(0, pathAt);
}

/** The origins of an attachment, for one base address of the instance. */
interface KnownOrigins {
  readonly attachment: Attachment;
  readonly instanceBase: string | undefined;
  readonly origins: CallOrigins;
}

/** The origins that the calls of one axios instance may take tokens to. */
export class InstanceOrigins {
  readonly #instance: { readonly defaults: InstanceDefaults };
  readonly #provider: Attachment['defaults'];
  readonly #known = new WeakMap<Attachment, KnownOrigins>();
  #latest: KnownOrigins | undefined;

  /**
   * @param instance - its defaults are read at each call: a generated client may replace them
   * @param provider - the provider's own `api`
   */
  constructor(instance: { readonly defaults: InstanceDefaults }, provider: Attachment['defaults']) {
    this.#instance = instance;
    this.#provider = provider;
  }

  /** Computed anew when the instance's base address has changed. */
  of(attachment: Attachment): CallOrigins {
    const { baseURL } = this.#instance.defaults;
    let known = this.#latest;
    if (known?.attachment !== attachment) known = this.#known.get(attachment);
    if (known === undefined || known.instanceBase !== baseURL) {
      // A tenant with a base address of its own does not use the instance's.
      const hasOwn = hasOwnBase({ provider: this.#provider, tenant: attachment.defaults });
      const origins = new CallOrigins(allowedOriginsOf(attachment, hasOwn ? undefined : baseURL));
      known = { attachment, instanceBase: baseURL, origins };
      this.#known.set(attachment, known);
    }
    this.#latest = known;
    return known.origins;
  }
}
