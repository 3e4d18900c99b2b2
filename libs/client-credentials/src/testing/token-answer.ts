import type { Dialect, JsonValue, ResponseDialect } from '../config/dialect.js';
import type { TestToken } from './issued-token.js';
import type { OAuthRefusal } from './refusal.js';

type ExpiresUnit = NonNullable<ResponseDialect['expiresUnit']>;
type NamedUnit = Extract<ExpiresUnit, string>;

/**
 * Body of a successful token response, with each value at the dialect's path.
 *
 * @see RFC 6749 §5.1
 * @internal
 */
export function tokenBody(token: TestToken, dialect: Dialect, now: number, apiUrl: string): object | string {
  const { response = {} } = dialect;
  const accessToken = response.accessToken ?? 'access_token';
  if (accessToken === '') return token.value;
  const body = {};
  setAt(body, accessToken, token.value);
  setAt(body, response.tokenType ?? 'token_type', 'Bearer');
  if (token.expiresAt !== undefined) {
    setAt(body, response.expiresIn ?? 'expires_in', lifetimeOf(token.expiresAt, response.expiresUnit, now));
  }
  if (token.scope !== undefined) setAt(body, response.scope ?? 'scope', token.scope);
  if (response.apiBaseURL !== undefined) setAt(body, response.apiBaseURL, apiUrl);
  return body;
}

/**
 * Body of an OAuth error, with each value at the dialect's path.
 *
 * @see RFC 6749 §5.2
 * @internal
 */
export function errorBody({ code, description }: OAuthRefusal, dialect: Dialect): object {
  const body = {};
  setAt(body, dialect.response?.error ?? 'error', code);
  setAt(body, dialect.response?.errorDescription ?? 'error_description', description);
  return body;
}

/** Lifetime in the dialect's unit, rounded down: a longer lifetime would make clients send expired tokens. A function gets seconds. */
function lifetimeOf(expiresAt: number, unit: ExpiresUnit = 'seconds', now: number): JsonValue {
  // Rounds first: a fraction from a fake clock must not cost a whole second.
  const remainingMs = Math.round(expiresAt - now);
  const write: Record<NamedUnit, () => JsonValue> = {
    seconds: () => Math.floor(remainingMs / 1000),
    milliseconds: () => remainingMs,
    'epoch-seconds': () => Math.floor(expiresAt / 1000),
    'epoch-milliseconds': () => Math.floor(expiresAt),
    'iso-8601': () => new Date(expiresAt).toISOString(),
  };
  return write[typeof unit === 'function' ? 'seconds' : unit]();
}

function setAt(target: { [key: string]: JsonValue }, path: string, value: JsonValue): void {
  const [name = '', ...rest] = path.split('.');
  if (rest.length === 0) {
    target[name] = value;
    return;
  }
  const inner = target[name];
  const next = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner : {};
  target[name] = next;
  setAt(next, rest.join('.'), value);
}
