import { isDeepStrictEqual } from 'node:util';
import type { Instant } from '../base/clock.js';
import { isSecureAddress } from '../base/secure-origin.js';
import { asObject } from '../base/objects.js';
import type { ResolvedRequest } from './token-key.js';

/** A token as the token endpoint handed it out. */
export interface IssuedToken {
  readonly value: string;
  readonly type: string;
  readonly scopes: readonly string[];
  /** When it was asked for: its lifetime counts from here. */
  readonly requested: Instant;
  readonly lifetimeMs: number;
  readonly apiBaseURL?: string | undefined;
  /** The thumbprint of the key or certificate that it is bound to. */
  readonly boundTo?: string | undefined;
}

/** What an acquisition is told beside what to ask for. */
export interface GrantContext {
  /** Aborted when nobody can use the answer any more. */
  readonly signal: AbortSignal;
  /** Called when a request is about to be sent. It rejects if there must be none. */
  readonly beforeSend: () => Promise<void>;
  /** The token handed out last, which no error may show. */
  readonly lastToken: string | undefined;
  /** What the API demands of the token beyond its scope, as JSON. */
  readonly claims: string | undefined;
  /** Called when another credential was taken than before; `wasRefused`: since the provider refused the one before. */
  readonly onRotation: (wasRefused: boolean) => void;
}

/** Asks for tokens. What it rejects with is a `ClientCredentialsError`. */
export interface TokenGrant {
  /**
   * The thumbprint of the key or certificate that a token acquired now is bound to; `undefined` if anybody can use it.
   * A certificate that may have changed is read again here.
   */
  binding(signal: AbortSignal): Promise<string | undefined>;
  /** Asks for a token, retries included. */
  request(request: ResolvedRequest, context: GrantContext): Promise<IssuedToken>;
}

const FORMAT = 3;
const USUAL_TYPE = 'Bearer';
// RFC 6749 appendix A.12: 1*VSCHAR. Spaces would end the header's value.
const TOKEN = /^[\x21-\x7e]+$/;
// In no JSON on one line, and in no token.
const SEPARATOR = '\n';

/** Whether a value can be a token: one that a header can carry. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && TOKEN.test(value);
}

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
