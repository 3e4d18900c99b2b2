import type { AuthorizationDialect } from '../config/dialect.js';
import type { TokenLedger } from './issued-token.js';
import type { ApiRequest, RecordedRequest } from './recorded-request.js';
import { sendRaw, type RequestHandler } from './scripted-answer.js';
import type { Settings } from './settings.js';

/**
 * Default behaviour of the API: checks the token, then calls the `api` option.
 *
 * @see RFC 6750 §3
 * @internal
 */
export function apiEndpoint(settings: Settings, ledger: TokenLedger): RequestHandler<ApiRequest> {
  const respond = settings.api ?? echo;
  return async (request, response) => {
    const missing = Object.keys(settings.dialect.apiHeaders ?? {}).find(
      (name) => request.headers[name.toLowerCase()] === undefined,
    );
    if (missing !== undefined) {
      const body = { error: 'invalid_request', error_description: `The header ${missing} is missing.` };
      await sendRaw({ status: 400, body }, response);
    } else if (request.token === undefined) {
      // RFC 6750 §3.1: a request without a token gets a challenge without an error code.
      await sendRaw({ status: 401, headers: { 'www-authenticate': 'Bearer realm="api"' } }, response);
    } else if (!ledger.isValid(request.token, settings.clock.now())) {
      const headers = { 'www-authenticate': 'Bearer realm="api", error="invalid_token"' };
      await sendRaw({ status: 401, headers, body: { error: 'invalid_token' } }, response);
    } else {
      await respond(request, response);
    }
  };
}

/**
 * Reads the token of a request from the place that the dialect names.
 *
 * @internal
 */
export function presentedToken(
  request: RecordedRequest,
  dialect: AuthorizationDialect = {},
  ledger: TokenLedger,
): string | undefined {
  if (dialect.query !== undefined) return [request.query[dialect.query]].flat()[0];
  const value = [request.headers[(dialect.header ?? 'authorization').toLowerCase()]].flat()[0];
  if (value === undefined) return undefined;
  const { format, scheme = 'Bearer' } = dialect;
  // A format function cannot be inverted, so each known token is formatted and compared.
  if (format !== undefined)
    return ledger.tokens.find((token) => format(token.value) === value)?.value ?? value;
  if (scheme === '') return value;
  return value.startsWith(`${scheme} `) ? value.slice(scheme.length + 1) : undefined;
}

const echo: RequestHandler<ApiRequest> = async ({ method, path, query, text }, response) => {
  await sendRaw({ body: { method, path, query, body: text } }, response);
};
