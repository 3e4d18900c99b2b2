import { isObject } from '../base/objects.js';

// Enough for any claims request, and far less than a server could make of it.
const MAX_CLAIMS_LENGTH = 8_192;
// A challenge is read by a pattern: longer headers are cut.
const MAX_HEADER_LENGTH = 16_384;
// A scope is a word of a configuration; a server may write anything.
const MAX_SCOPES = 50;
const MAX_SCOPE_LENGTH = 200;

/** One challenge of a `WWW-Authenticate` header. @see RFC 9110 §11.6.1 */
interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  /** Parameters by their names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

// A token, and what follows it: `=` with a quoted string or a token. Challenges come malformed: a quote that does not close ends the header.
const PART = /([!#$%&'*+.^_`|~\w-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\[^])*)(?:"|$)|([^\s,"=]+)))?/g;

/** Reads the challenges of a header, several in one header included. What is malformed is left out. */
function challengesOf(header: string | undefined): Challenge[] {
  const challenges: Challenge[] = [];
  let parameters = new Map<string, string>();
  const text = (header ?? '').slice(0, MAX_HEADER_LENGTH);
  for (const { index, 1: name = '', 2: quoted, 3: token } of text.matchAll(PART)) {
    if (quoted === undefined && token === undefined) {
      // A word elsewhere is part of a malformed value, or of a token68.
      if (!/(?:^|,)\s*$/.test(text.slice(Math.max(index - 50, 0), index))) continue;
      parameters = new Map();
      challenges.push({ scheme: name.toLowerCase(), parameters });
    } else if (!parameters.has(name.toLowerCase())) {
      parameters.set(name.toLowerCase(), quoted?.replaceAll(/\\([^])/g, '$1') ?? token ?? '');
    }
  }
  return challenges;
}

/** A parameter of the first challenge for a token (RFC 6750 §3, RFC 9449 §7.1) that has it. */
function tokenParameter(header: string | undefined, name: string): string | undefined {
  const challenges = challengesOf(header).filter(({ scheme }) => scheme === 'bearer' || scheme === 'dpop');
  return challenges.map(({ parameters }) => parameters.get(name)).find((value) => value !== undefined);
}

function hasError(header: string | undefined, error: string): boolean {
  return tokenParameter(header, 'error')?.toLowerCase() === error;
}

/** A demand for claims that the token does not have. */
export interface ClaimsChallenge {
  readonly error: 'insufficient_claims';
  /** The demanded claims, as JSON; absent if the challenge does not name them, or not in a way that can be read. */
  readonly claims?: string;
}

/**
 * The claims that a challenge demands of the token beyond its scope: `claims` in base64, as continuous access evaluation has it. A new
 * token may have them.
 */
export function claimsChallengeOf(challenge: string | undefined): ClaimsChallenge | undefined {
  if (!hasError(challenge, 'insufficient_claims')) return undefined;
  const encoded = tokenParameter(challenge, 'claims') ?? '';
  const claims = Buffer.from(encoded.slice(0, MAX_CLAIMS_LENGTH), 'base64').toString();
  return { error: 'insufficient_claims', ...(isJsonObject(claims) && { claims }) };
}

/** Whether a challenge asks for the same request with another nonce in its proof. @see RFC 9449 §9 */
export function wantsNonce(challenge: string | undefined): boolean {
  return hasError(challenge, 'use_dpop_nonce');
}

/** The scopes that a call needs, where its token is good but does not reach far enough; `undefined` else. @see RFC 6750 §3.1 */
export function missingScopesOf(challenge: string | undefined): string[] | undefined {
  if (!hasError(challenge, 'insufficient_scope')) return undefined;
  const scopes = (tokenParameter(challenge, 'scope') ?? '').split(/\s/).filter((scope) => scope !== '');
  return scopes.slice(0, MAX_SCOPES).map((scope) => scope.slice(0, MAX_SCOPE_LENGTH));
}

function isJsonObject(text: string): boolean {
  try {
    return isObject(JSON.parse(text));
  } catch {
    return false;
  }
}

/** The parameters that say why a token was refused, of the first challenge for a token that has each. @see RFC 6750 §3 */
export function refusalIn(header: string | undefined): {
  readonly error: string | undefined;
  readonly description: string | undefined;
  readonly scope: string | undefined;
} {
  const [error, description, scope] = ['error', 'error_description', 'scope'].map((name) =>
    tokenParameter(header, name),
  );
  return { error, description, scope };
}
