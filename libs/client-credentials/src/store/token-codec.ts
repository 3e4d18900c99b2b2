import { isDeepStrictEqual } from 'node:util';
import type { Instant } from '../base/clock.js';
import { asObject } from '../base/objects.js';
import { isSecureAddress } from '../base/secure-origin.js';
import { type IssuedToken, isToken } from '../token/issued-token.js';
import type { ResolvedRequest } from '../token/token-key.js';

const FORMAT = 3;

const DEFAULT_TYPE = 'Bearer';

// Occurs neither in JSON on one line nor in a token.
const SEPARATOR = '\n';

/**
 * Writes a token as text: a JSON list without brackets, a line break, and the token.
 *
 * Usual values and values that equal the request are left out, because a store may hold many tokens.
 */
export function serialize(token: IssuedToken, request: ResolvedRequest): string {
  const { value, lifetimeMs, requested, apiBaseURL, boundTo } = token;
  const type = token.type === DEFAULT_TYPE ? undefined : token.type;
  const scopes = isDeepStrictEqual(token.scopes, request.scopes) ? undefined : token.scopes;
  const rare = { type, scopes, apiBaseURL, boundTo };
  const hasDefaultsOnly = Object.values(rare).every((part) => part === undefined);
  const head = JSON.stringify([FORMAT, lifetimeMs, requested.at, ...(hasDefaultsOnly ? [] : [rare])]);
  // `join` makes one flat string; `+` then refers to the token instead of copying it.
  return [head.slice(1, -1), ''].join(SEPARATOR) + value;
}

/** Reads the text of {@link serialize} for the same request; `undefined` for text of another version, or damaged text. */
export function deserialize(
  text: string | undefined,
  request: ResolvedRequest,
  now: Instant,
): IssuedToken | undefined {
  // Stores are written by users, so the value's type is checked.
  if (typeof text !== 'string') return undefined;
  const end = text.indexOf(SEPARATOR);
  const value = text.slice(end + 1);
  const [format, lifetimeMs, requestedAt, rare] = listIn(`[${text.slice(0, Math.max(end, 0))}]`);
  const { type = DEFAULT_TYPE, scopes = request.scopes, apiBaseURL, boundTo } = asObject(rare);
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
