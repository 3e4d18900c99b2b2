import { randomBytes } from 'node:crypto';
import type { Dialect } from '../config/dialect.js';
import { authenticateClient } from './client-check.js';
import type { TestToken, TokenLedger } from './issued-token.js';
import type { RecordedRequest } from './recorded-request.js';
import { OAuthRefusal } from './refusal.js';
import { sendRaw, type RequestHandler } from './scripted-answer.js';
import type { Settings } from './settings.js';
import { errorBody, tokenBody } from './token-answer.js';
import { isSent, readTokenRequest } from './token-request.js';

// RFC 6749 §5.1.
const notCached = { 'cache-control': 'no-store', pragma: 'no-cache' };

/**
 * Default behaviour of the token endpoint: checks the request and issues a token.
 *
 * @see RFC 6749 §4.4
 * @internal
 */
export function tokenEndpoint(settings: Settings, ledger: TokenLedger, apiUrl: string): RequestHandler {
  const { dialect } = settings;
  return async (request, response) => {
    try {
      const { token, now } = await tokenFor(request, settings, ledger);
      const body = tokenBody(token, dialect, now, apiUrl);
      const headers = typeof body === 'string' ? { 'content-type': 'text/plain' } : {};
      await sendRaw({ status: 200, headers: { ...notCached, ...headers }, body }, response);
    } catch (error) {
      if (!(error instanceof OAuthRefusal)) throw error;
      const headers = { ...notCached, ...error.headers };
      await sendRaw({ status: error.status, headers, body: errorBody(error, dialect) }, response);
    }
  };
}

/**
 * Default value of a token, different for each token.
 *
 * @internal
 */
export function randomToken(issue: number): string {
  return `token-${issue}-${randomBytes(12).toString('base64url')}`;
}

/**
 * Expiry of a token that is issued now.
 *
 * @internal
 */
export function endOf(issuedAt: number, { lifetimeSeconds }: Settings): number | undefined {
  return lifetimeSeconds === null ? undefined : issuedAt + lifetimeSeconds * 1000;
}

async function tokenFor(
  request: RecordedRequest,
  settings: Settings,
  ledger: TokenLedger,
): Promise<{ token: TestToken; now: number }> {
  checkAddress(request, settings.tokenPath);
  const parameters = readTokenRequest(request, settings.dialect);
  const clientId = await authenticateClient(request, parameters, settings);
  const { dialect } = settings;
  const grantType = dialect.grantType ?? 'client_credentials';
  if (isSent('grant_type', dialect) && parameters.grant_type !== grantType) {
    throw new OAuthRefusal('unsupported_grant_type', `The grant type must be ${grantType}.`);
  }
  checkScope(parameters.scope, dialect);
  const { scope, audience, resource = [] } = parameters;
  const requested = { clientId, scope, audience, resource };
  // Reads the clock once: a millisecond between issuing and responding would cost a whole second of lifetime.
  const now = settings.clock.now();
  const current = settings.sameTokenUntilExpiry ? ledger.findLive(requested, now) : undefined;
  if (current !== undefined) return { token: current, now };
  const issue = ledger.tokens.length + 1;
  const value = settings.newToken?.(issue, request) ?? randomToken(issue);
  if (settings.oneTokenPerClient) ledger.revoke((token) => token.clientId === clientId);
  const token = ledger.add({ ...requested, value, issuedAt: now, expiresAt: endOf(now, settings) });
  return { token, now };
}

/** Checks path and query: a client must keep the query of the token URL (RFC 6749 §3.2). */
function checkAddress(request: RecordedRequest, tokenPath: string): void {
  const [path, query = ''] = tokenPath.split('?');
  const sent = request.url.split(/[?&]/);
  const isKept = query.split('&').every((pair) => pair === '' || sent.includes(pair));
  if (request.path !== path || !isKept) {
    throw new OAuthRefusal('not_found', 'The token endpoint has another path or query.', 404);
  }
}

/** Refuses an empty scope between two separators (RFC 6749 §3.3). */
function checkScope(scope: string | undefined, { scopeSeparator = ' ' }: Dialect): void {
  if (scope?.split(scopeSeparator).includes('')) {
    throw new OAuthRefusal('invalid_scope', 'There is an empty scope.');
  }
}
