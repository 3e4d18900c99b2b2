import { isDeepStrictEqual } from 'node:util';
import type { Instant } from '../base/clock.js';
import { asObject } from '../base/objects.js';
import { isSecureAddress } from '../base/secure-origin.js';
import { type IssuedToken, isToken } from '../token/issued-token.js';
import type { ResolvedRequest } from '../token/token-key.js';

const FORMAT = 3;

const USUAL_TYPE = 'Bearer';

// In no JSON on one line, and in no token.
const SEPARATOR = '\n';

/**
 * The form in which a token is kept in a store: a line with a list in JSON, without its brackets, and the token as it is, which being long is joined and not copied.
 * What is as usual, or as it was asked for, is left out: a store may hold many.
 */
export function serialize(token: IssuedToken, asked: ResolvedRequest): string {
  const { value, lifetimeMs, requested, apiBaseURL, boundTo } = token;
  const type = token.type === USUAL_TYPE ? undefined : token.type;
  const scopes = isDeepStrictEqual(token.scopes, asked.scopes) ? undefined : token.scopes;
  const rare = { type, scopes, apiBaseURL, boundTo };
  const isUsual = Object.values(rare).every((part) => part === undefined);
  const others = JSON.stringify([FORMAT, lifetimeMs, requested.at, ...(isUsual ? [] : [rare])]);
  // One string, to which the token is added.
  return [others.slice(1, -1), ''].join(SEPARATOR) + value;
}

/** Reads what {@link serialize} wrote for the same request; anything else, of another version or damaged, is as good as nothing. */
export function deserialize(
  text: string | undefined,
  asked: ResolvedRequest,
  now: Instant,
): IssuedToken | undefined {
  // A store may hold anything.
  if (typeof text !== 'string') return undefined;
  const end = text.indexOf(SEPARATOR);
  const value = text.slice(end + 1);
  const [format, lifetimeMs, requestedAt, rare] = listIn(`[${text.slice(0, Math.max(end, 0))}]`);
  const { type = USUAL_TYPE, scopes = asked.scopes, apiBaseURL, boundTo } = asObject(rare);
  const areScopes = Array.isArray(scopes) && scopes.every((scope) => typeof scope === 'string');
  if (format !== FORMAT || !isToken(value) || typeof type !== 'string' || !areScopes) return undefined;
  if (!isFinite(lifetimeMs) || !isFinite(requestedAt)) return undefined;
  const ageMs = Math.max(now.at - requestedAt, 0);
  const requested = { at: requestedAt, monotonicMs: now.monotonicMs - ageMs };
  return {
    value,
    type,
    scopes,
    lifetimeMs,
    requested,
    ...(isSecureAddress(apiBaseURL) && { apiBaseURL }),
    ...(typeof boundTo === 'string' && { boundTo }),
  };
}

function listIn(text: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

function isFinite(value: unknown): value is number {
  return Number.isFinite(value);
}
