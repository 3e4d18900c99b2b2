import type { ApiRules } from '../core/api-access.js';
import { isConfidential } from '../core/confidential.js';

/**
 * The origins that may get a provider's token: those the configuration names, else those of the base addresses,
 * and of these the ones over https, or on loopback.
 * Judged by origin alone: a subdomain is another host, another port another server (RFC 6454 §4).
 */
export function allowedOriginsOf(rules: ApiRules, ...baseURLs: (string | undefined)[]): ReadonlySet<string> {
  const bases = rules.allowedOrigins ?? [rules.defaults.baseURL, ...baseURLs];
  const urls = bases.flatMap((base) => (base !== undefined && URL.canParse(base) ? [new URL(base)] : []));
  return new Set(urls.filter(isConfidential).map(({ origin }) => origin));
}

/** Whether the token may travel to this address. */
export function mayCarryToken(url: URL, allowed: ReadonlySet<string>): boolean {
  return allowed.has(url.origin);
}
