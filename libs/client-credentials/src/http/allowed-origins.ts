import type { ApiRules } from '../core/api-access.js';
import { isConfidential } from '../core/confidential.js';

/**
 * The origins that may get a provider's token: those the configuration names, else those of the base addresses.
 * Judged by origin alone: a subdomain is another host, another port another server (RFC 6454 §4).
 */
export function allowedOriginsOf(rules: ApiRules, ...baseURLs: (string | undefined)[]): ReadonlySet<string> {
  if (rules.allowedOrigins !== undefined) return new Set(rules.allowedOrigins);
  const bases = [rules.defaults.baseURL, ...baseURLs];
  return new Set(
    bases.flatMap((base) => (base !== undefined && URL.canParse(base) ? [new URL(base).origin] : [])),
  );
}

/** Whether the token may travel to this address. */
export function mayCarryToken(url: URL, allowed: ReadonlySet<string>): boolean {
  return allowed.has(url.origin) && isConfidential(url);
}
