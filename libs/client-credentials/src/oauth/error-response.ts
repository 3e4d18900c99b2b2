import type { ResolvedDialect } from '../config/resolve.js';
import { bodyOf, isHtml, valueAt, type ParsedBody, type TokenResponse } from './response-body.js';
import { redact } from './redact.js';

/** Error code and description from a response of the token endpoint. */
export interface OAuthError {
  readonly code: string | undefined;
  readonly description: string | undefined;
}

// RFC 6749 §5.2 first, then paths that known providers use; names before numbers.
const CODE_PATHS = [
  'error',
  'error.code_reason',
  'code_reason',
  'error.code',
  'error.type',
  'errorCode',
  'errcode',
  'code',
];
const DESCRIPTION_PATHS = [
  'error_description',
  'error.message',
  'message',
  'errorMessage',
  'errorSummary',
  'errmsg',
  'detail',
  'title',
];
// RFC 6749 §5.2 and §4.1.2.1, RFC 6750 §3.1, RFC 8707 §2. Shown unredacted, even if a secret has the same value.
const REGISTERED_CODES = new Set<string | undefined>([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'invalid_token',
  'insufficient_scope',
  'access_denied',
  'server_error',
  'temporarily_unavailable',
  'slow_down',
]);
const PASSING_CODES = new Set<string | undefined>(['server_error', 'temporarily_unavailable', 'slow_down']);
const MAX_CODE_LENGTH = 80;
const MAX_DESCRIPTION_LENGTH = 300;
// A title is near the top.
const MAX_TITLE_SEARCH = 10_000;

/** Reads an error from the body, or else from the challenge (RFC 6750 §3). Secrets are redacted. */
export function readError(
  response: TokenResponse,
  dialect: ResolvedDialect,
  secrets: Iterable<string>,
): OAuthError {
  // Redacts before shortening: half a secret would not be recognised.
  const shown = (text: string | undefined, length: number): string | undefined =>
    text === undefined ? undefined : shortened(redact(text, secrets), length);
  const { container } = bodyOf(response);
  const { errorDescription } = dialect.response;
  const code = codeOf(response, dialect);
  const description = firstText(
    container,
    errorDescription === undefined ? DESCRIPTION_PATHS : [errorDescription, ...DESCRIPTION_PATHS],
  );
  return {
    code: REGISTERED_CODES.has(code) ? code : shown(code, MAX_CODE_LENGTH),
    description: shown(
      description ?? challengeParameter(response, 'error_description') ?? pageTitle(response.text),
      MAX_DESCRIPTION_LENGTH,
    ),
  };
}

/** The code as it was sent. */
function codeOf(response: TokenResponse, { response: { error } }: ResolvedDialect): string | undefined {
  const code = firstText(
    bodyOf(response).container,
    error === undefined ? CODE_PATHS : [error, ...CODE_PATHS],
  );
  return code ?? challengeParameter(response, 'error');
}

/** Whether the response has an OAuth error that passes without a change of the request. @see RFC 6749 §4.1.2.1, RFC 8628 §3.5 */
export function isPassingError(response: TokenResponse, dialect: ResolvedDialect): boolean {
  return PASSING_CODES.has(codeOf(response, dialect));
}

/** Whether the body of a 2xx response is an error. `text` is the body if it is no JSON. */
export function isErrorBody(
  { value, container }: ParsedBody,
  text: string,
  status: number,
  dialect: ResolvedDialect,
): boolean {
  const { error, isError } = dialect.response;
  if (isError?.(value ?? text, status) === true) return true;
  const paths = error === undefined ? ['error'] : [error, 'error'];
  return paths.map((path) => valueAt(container, path)).some(isErrorValue);
}

/** Whether a value is an error. Some providers send 0 or false for "no error". */
function isErrorValue(value: unknown): boolean {
  const none: unknown[] = [undefined, null, '', 0, '0', false];
  return !none.includes(value);
}

function firstText(body: unknown, paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const value = valueAt(body, path);
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
  }
  return undefined;
}

function challengeParameter({ headers }: TokenResponse, name: string): string | undefined {
  // A pattern, not a parser: servers send unescaped quotes and several challenges in one header.
  const pattern = new RegExp(`(?:^|[\\s,])${name}\\s*=\\s*(?:"([^"]*)"|([^\\s,"]+))`, 'i');
  const match = pattern.exec(headers['www-authenticate'] ?? '');
  return match?.[1] ?? match?.[2];
}

function pageTitle(text: string): string | undefined {
  if (!isHtml(text)) return undefined;
  return /<(title|h1)[^<>]*>([^<]+)</i.exec(text.slice(0, MAX_TITLE_SEARCH))?.[2];
}

function shortened(text: string, length: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > length ? `${line.slice(0, length)}…` : line;
}
