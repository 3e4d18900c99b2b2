import type { ResolvedDialect } from '../config/resolve.js';
import { isHtml, parseJson, valueAt, type TokenResponse } from './response-body.js';
import { redact } from './redact.js';

/** What an answer says went wrong. */
export interface AnsweredError {
  readonly code: string | undefined;
  readonly description: string | undefined;
}

// RFC 6749 §5.2 first, then shapes seen at providers, the telling ones before the numeric ones.
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
// RFC 6749 §5.2 and §4.1.2.1, RFC 6750 §3.1, RFC 8707 §2. They give nothing away, whatever a secret may be called.
const REGISTERED_CODES = new Set([
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
]);
const MAX_CODE_LENGTH = 80;
const MAX_DESCRIPTION_LENGTH = 300;
// Titles stand at the top; in all of a large page a pattern could search for minutes.
const MAX_TITLE_SEARCH = 10_000;

/** Reads an error of any shape, from the body or else from the challenge (RFC 6750 §3). It holds none of the secrets. */
export function readError(
  answer: TokenResponse,
  dialect: ResolvedDialect,
  secrets: Iterable<string>,
): AnsweredError {
  // Before they are shortened: half a secret would not be found.
  const shown = (text: string | undefined, length: number): string | undefined =>
    text === undefined ? undefined : shortened(redact(text, secrets), length);
  const body = parseJson(answer.text);
  const { error, errorDescription } = dialect.response;
  const code = firstText(body, error === undefined ? CODE_PATHS : [error, ...CODE_PATHS]);
  const answeredCode = code ?? challengeParameter(answer, 'error');
  const description = firstText(
    body,
    errorDescription === undefined ? DESCRIPTION_PATHS : [errorDescription, ...DESCRIPTION_PATHS],
  );
  return {
    code: REGISTERED_CODES.has(answeredCode ?? '') ? answeredCode : shown(answeredCode, MAX_CODE_LENGTH),
    description: shown(
      description ?? challengeParameter(answer, 'error_description') ?? pageTitle(answer.text),
      MAX_DESCRIPTION_LENGTH,
    ),
  };
}

/** Whether the body of a 2xx answer says that it is an error after all. */
export function holdsError(body: unknown, status: number, dialect: ResolvedDialect): boolean {
  const { error = 'error', isError } = dialect.response;
  if (isError?.(body, status) === true) return true;
  return isErrorValue(valueAt(body, error)) || isErrorValue(valueAt(body, 'error'));
}

/** 0 and false are how some providers say that there was none. */
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
  // Not a parser: challenges come with unescaped quotes, and several in one header.
  const pattern = new RegExp(`(?:^|[\\s,])${name}\\s*=\\s*(?:"([^"]*)"|([^\\s,"]+))`, 'i');
  const match = pattern.exec(headers['www-authenticate'] ?? '');
  return match?.[1] ?? match?.[2];
}

function pageTitle(text: string): string | undefined {
  if (!isHtml(text)) return undefined;
  return /<(title|h1)[^>]*>([^<]+)</i.exec(text.slice(0, MAX_TITLE_SEARCH))?.[2];
}

function shortened(text: string, length: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > length ? `${line.slice(0, length)}…` : line;
}
