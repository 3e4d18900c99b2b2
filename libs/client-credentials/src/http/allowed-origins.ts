import type { AttachmentRules } from '../token/attachment.js';
import { isSecureOrigin } from '../base/secure-origin.js';
import { isRelative } from './url.js';

/**
 * The origins that may get a provider's token: those the configuration names, else those of the base addresses,
 * and of these the ones over https, or on loopback.
 * Judged by origin alone: a subdomain is another host, another port another server (RFC 6454 §4).
 */
export function allowedOriginsOf(
  rules: AttachmentRules,
  ...baseURLs: (string | undefined)[]
): ReadonlySet<string> {
  const bases = rules.allowedOrigins ?? [rules.defaults.baseURL, ...baseURLs];
  const urls = bases.flatMap((base) => (base !== undefined && URL.canParse(base) ? [new URL(base)] : []));
  return new Set(urls.filter(isSecureOrigin).map(({ origin }) => origin));
}

/** Whether the token may travel to this address. */
export function mayCarryToken(url: URL, allowed: ReadonlySet<string>): boolean {
  return allowed.has(url.origin);
}

/** What a call's address is made of. */
interface CallAddress {
  readonly url?: string | undefined;
  readonly baseURL?: string | undefined;
  readonly allowAbsoluteUrls?: boolean | undefined;
}

// More hosts than any one client calls. Beyond that they are worked out again.
const MAX_PLACES = 1_000;

/** The origins that may get a token, and which calls plainly go there: worked out once for each base address and each host that calls name. */
export class CallOrigins {
  /** The origins themselves. */
  readonly allowed: ReadonlySet<string>;
  /** The header that is all that changes about a call that gets a token; `undefined` if more may change. */
  readonly onlyHeader: string | undefined;
  readonly #places = new Map<string, boolean>();

  constructor(allowed: ReadonlySet<string>, onlyHeader: string | undefined) {
    this.allowed = allowed;
    this.onlyHeader = onlyHeader;
  }

  /** Whether it needs no further look to say that a call goes to an allowed origin. */
  plainlyAllow({ url = '', baseURL, allowAbsoluteUrls }: CallAddress): boolean {
    // An object may be one address now, and another later.
    if (typeof url !== 'string' || allowAbsoluteUrls === false) return false;
    const place = isRelative(url) ? baseURL : placeOf(url);
    if (place === undefined) return false;
    return this.#places.get(place) ?? this.#judge(place);
  }

  /** What follows a place begins with a slash, and so cannot change its host. */
  #judge(place: string): boolean {
    const url = URL.canParse(place) ? new URL(place) : undefined;
    const isAllowed =
      url !== undefined && `${url.username}${url.password}` === '' && mayCarryToken(url, this.allowed);
    if (this.#places.size >= MAX_PLACES) this.#places.clear();
    this.#places.set(place, isAllowed);
    return isAllowed;
  }
}

/** An absolute address up to its path. */
function placeOf(url: string): string | undefined {
  const pathAt = url.indexOf('/', url.indexOf('//') + 2);
  return pathAt < 0 ? undefined : url.slice(0, pathAt);
}
