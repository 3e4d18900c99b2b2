import type { Instant } from '../base/clock.js';
import { isSecureAddress } from '../base/secure-origin.js';
import { isToken, type IssuedToken } from '../token/issued-token.js';
import type { Provider, ResolvedDialect } from '../config/resolve.js';
import type { ResolvedRequest } from '../token/token-key.js';
import { addressOption } from './advice.js';
import { bodyOf, isHtml, valueAt, type ParsedBody, type TokenResponse } from './response-body.js';
import { isErrorBody, isPassingError } from './error-response.js';
import { isTransientStatus } from './retry.js';

/** Result of one attempt, as read from its response. */
export type Reading =
  | { readonly kind: 'token'; readonly token: IssuedToken }
  | { readonly kind: 'rejected' }
  | { readonly kind: 'unavailable' }
  | {
      readonly kind: 'unusable';
      readonly why: string;
      readonly mayPass: boolean;
      readonly isZeroLifetime?: true;
    };

const NUMBER = /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const UNIT_MS = { seconds: 1000, milliseconds: 1, 'epoch-seconds': 1000, 'epoch-milliseconds': 1 } as const;

/** Reads a response of the token endpoint. @see RFC 6749 §5.1, §5.2 */
export function readAnswer(
  response: TokenResponse,
  provider: Provider,
  request: ResolvedRequest,
  requested: Instant,
): Reading {
  const { dialect } = provider;
  const { status } = response;
  const text = response.text.trim();
  if (isTransientStatus(status)) return { kind: 'unavailable' };
  if (status >= 400) return refusal(response, dialect);
  if (status < 200 || status >= 300) {
    return unusable(
      `is a redirect${placeOf(response)}, which is never followed with credentials: set tokenUrl to the final URL`,
    );
  }
  const isInHeader = dialect.response.accessTokenHeader !== undefined;
  if (text === '' && !isInHeader) return unusable('is empty', true);
  if (isHtml(text) && !isInHeader)
    return unusable(`is an HTML page, not a token: check ${addressOption(provider)}`, true);
  const parsed = bodyOf(response);
  const { container } = parsed;
  if (isErrorBody(parsed, text, status, dialect)) return refusal(response, dialect);

  const paths = dialect.response;
  const [named, givenType, givenLifetime, givenScope] = [
    paths.accessToken,
    paths.tokenType,
    paths.expiresIn,
    paths.scope,
  ].map((path) => valueAt(container, path));
  const inBody = paths.accessToken === '' ? bareToken(text, parsed) : named;
  const value = isInHeader ? tokenInHeader(response, dialect) : inBody;
  if (!isToken(value, isInHeader)) {
    if (isInHeader)
      return unusable(
        `has no token in the header "${paths.accessTokenHeader}": check dialect.response.accessTokenHeader`,
      );
    return unusable(
      parsed.value === undefined && paths.accessToken !== '' ? 'is not JSON' : noTokenReason(dialect),
    );
  }
  const type = typeOf(givenType);
  const requestedType = provider.config.dpop === undefined ? 'Bearer' : 'DPoP';
  if (type !== requestedType)
    return unusable(`has a token of type ${type}, but ${requestedType} was requested: check the dpop option`);
  const lifetimeMs = lifetimeOf(givenLifetime, dialect, requested.at);
  if (lifetimeMs === 0) {
    return {
      ...unusable(`has a token without any lifetime left ("${paths.expiresIn}" is 0)`, true),
      isZeroLifetime: true,
    };
  }
  if (lifetimeMs !== undefined && !(lifetimeMs > 0)) {
    return unusable(`has no usable lifetime at "${paths.expiresIn}": check dialect.response.expiresUnit`);
  }
  const apiBaseURL = paths.apiBaseURL && valueAt(container, paths.apiBaseURL);
  if (apiBaseURL !== undefined && !isSecureAddress(apiBaseURL))
    return unusable('has no https URL of the API at dialect.response.apiBaseURL');

  const scopes = scopesOf(givenScope, dialect) ?? request.scopes;
  const cappedMs =
    lifetimeMs === undefined ? provider.defaultLifetimeMs : Math.min(lifetimeMs, provider.maxLifetimeMs);
  return { kind: 'token', token: { value, type, scopes, requested, lifetimeMs: cappedMs, apiBaseURL } };
}

/** Values of a response that may be tokens, usable or not; no output may show them. */
export function tokensIn(response: TokenResponse, dialect: ResolvedDialect): string[] {
  const { response: paths } = dialect;
  const { container } = bodyOf(response);
  const tokenPaths = [paths.accessToken, 'access_token', 'refresh_token', 'id_token'];
  const values: unknown[] = tokenPaths.map((path) =>
    path === '' ? response.text.trim() : valueAt(container, path),
  );
  values.push(tokenInHeader(response, dialect));
  return values.filter((value) => typeof value === 'string');
}

/** The token in the header that the dialect names, without the scheme. */
function tokenInHeader(
  { headers }: TokenResponse,
  { response: { accessTokenHeader } }: ResolvedDialect,
): string | undefined {
  if (accessTokenHeader === undefined) return undefined;
  return headers[accessTokenHeader.toLowerCase()]?.replace(/^Bearer /i, '');
}

/** An error response: one that passes by itself, unless the status says that the credentials were refused. */
function refusal(response: TokenResponse, dialect: ResolvedDialect): Reading {
  const isOfCredentials = response.status === 401 || response.status === 403;
  return { kind: !isOfCredentials && isPassingError(response, dialect) ? 'unavailable' : 'rejected' };
}

/** Where a redirect leads. Its path may hold what is not to be shown. */
function placeOf({ headers }: TokenResponse): string {
  const location = headers['location'] ?? '';
  return URL.canParse(location) ? ` to ${new URL(location).origin}` : '';
}

function unusable(why: string, mayPass = false): Reading & { kind: 'unusable' } {
  return { kind: 'unusable', why, mayPass };
}

/** The token where the whole body is one: a JSON string, or a text that may look like a number. Other JSON is no token. */
function bareToken(text: string, { value: body }: ParsedBody): unknown {
  if (typeof body === 'string') return body;
  return body === undefined || typeof body === 'number' ? text : undefined;
}

function noTokenReason({ response }: ResolvedDialect): string {
  return response.accessToken === ''
    ? 'is no token: the body has spaces or characters that a header cannot carry'
    : `has no token at "${response.accessToken}": check dialect.response.accessToken`;
}

/** Type of a token. Unknown and missing types are sent as `Bearer`. */
function typeOf(value: unknown): 'Bearer' | 'mac' | 'DPoP' {
  const type = typeof value === 'string' ? value.toLowerCase() : undefined;
  if (type === 'mac') return 'mac';
  return type === 'dpop' ? 'DPoP' : 'Bearer';
}

/** What a configured function makes of a value; NaN if it throws: its error may quote the token. */
function secondsBy(unit: (value: unknown) => number, value: unknown): number {
  try {
    return unit(value);
  } catch {
    return Number.NaN;
  }
}

/** Lifetime in milliseconds, `undefined` if the server names none; zero, negative and NaN are returned unchanged. */
function lifetimeOf(value: unknown, { response }: ResolvedDialect, requestedAt: number): number | undefined {
  if (value === undefined || value === null) return undefined;
  const { expiresUnit: unit } = response;
  if (typeof unit === 'function') return secondsBy(unit, value) * 1000;
  const isNumber = typeof value === 'number' || (typeof value === 'string' && NUMBER.test(value.trim()));
  // Some servers write -1 for a token without end.
  if (isNumber && Number(value) === -1) return undefined;
  if (unit === 'iso-8601') return remainingUntil(dateOf(value), requestedAt);
  const count = isNumber ? Number(value) * UNIT_MS[unit] : Number.NaN;
  return unit.startsWith('epoch') ? remainingUntil(count, requestedAt) : count;
}

/** What servers write where there is no instant: the zero of Unix, and of .NET and Go. */
const NO_INSTANT = new Set([0, Date.parse('0001-01-01T00:00:00Z')]);

function remainingUntil(endsAt: number, now: number): number | undefined {
  if (NO_INSTANT.has(endsAt)) return undefined;
  const remaining = endsAt - now;
  // An instant in whole seconds, rounded down, may be up to a second early.
  return remaining > -1000 ? Math.max(remaining, 0) : remaining;
}

function dateOf(value: unknown): number {
  if (typeof value !== 'string') return Number.NaN;
  // `Date.parse` reads a time without a zone as local time; servers mean UTC.
  const hasNoZone = /[T ][\d:.]+$/.test(value);
  return Date.parse(hasNoZone ? `${value.replace(' ', 'T')}Z` : value);
}

// Far more than a token has. Beyond, a server would keep the process busy with its scopes.
const MAX_SCOPES_LENGTH = 16_384;
const MAX_SCOPES = 1_000;

function scopesOf(value: unknown, { scopeSeparator }: ResolvedDialect): string[] | undefined {
  if (Array.isArray(value)) return value.slice(0, MAX_SCOPES).filter((item) => typeof item === 'string');
  if (typeof value !== 'string' || value === '' || value.length > MAX_SCOPES_LENGTH) return undefined;
  return value
    .split(scopeSeparator)
    .flatMap((part) => part.split(/\s/))
    .filter((scope) => scope !== '');
}
