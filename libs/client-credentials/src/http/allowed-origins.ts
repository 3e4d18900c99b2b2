import { isSecureOrigin } from '../base/secure-origin.js';
import type { AttachmentRules } from '../token/attachment.js';

/**
 * The origins that may get a provider's token: the configured ones, else those of the base addresses; of these the ones over
 * https or on loopback. Judged by origin alone: a subdomain is another host, another port another server (RFC 6454 §4).
 */
export function allowedOriginsOf(
  rules: AttachmentRules,
  ...baseURLs: (string | undefined)[]
): ReadonlySet<string> {
  const bases = rules.allowedOrigins ?? [rules.defaults.baseURL, ...baseURLs];
  const urls = bases.flatMap((base) => (base !== undefined && URL.canParse(base) ? [new URL(base)] : []));
  return new Set(urls.filter(isSecureOrigin).map(({ origin }) => origin));
}

/** Whether the token may go to this address. */
export function mayCarryToken(url: URL, allowed: ReadonlySet<string>): boolean {
  return allowed.has(url.origin);
}
