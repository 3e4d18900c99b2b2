import { STANDARD_PARAMETERS, type JsonValue } from '../config/dialect.js';
import type { TokenRequestAttempt } from '../config/credentials.js';
import type { ResolvedDialect } from '../config/resolve.js';

const PUBLIC_HEADERS = new Set(['accept', 'content-type', 'user-agent']);
const PUBLIC_PARAMETERS = STANDARD_PARAMETERS.filter((name) => name !== 'client_secret');

/** Values of an attempt that no output may show: all values except those known to be public. */
export function sensitiveValuesOf(attempt: TokenRequestAttempt, dialect: ResolvedDialect): string[] {
  const publicNames = new Set<unknown>(PUBLIC_PARAMETERS.map((name) => dialect.names[name]));
  publicNames.add('client_assertion_type').add('claims');
  const headers = Object.entries(attempt.headers).filter(([name]) => !PUBLIC_HEADERS.has(name.toLowerCase()));
  const parameters = Object.entries(attempt.parameters).filter(([name]) => !publicNames.has(name));
  return [
    ...headers.flatMap(([, value]) => [value, ...credentialsIn(value)]),
    ...parameters.flatMap(([, value]) => textsIn(value)),
    ...(URL.canParse(attempt.url) ? new URL(attempt.url).searchParams.values() : []),
  ];
}

/** Credentials after the scheme of an `Authorization` header. */
function credentialsIn(header: string): string[] {
  const space = header.indexOf(' ');
  return space === -1 ? [] : [header.slice(space + 1)];
}

function textsIn(value: JsonValue): string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(textsIn);
  return [];
}
