import { invalidConfiguration } from '../base/errors.js';
import type { TokenRequestAttempt } from '../config/credentials.js';
import type { JsonValue, Parameters } from '../config/dialect.js';
import { STANDARD_PARAMETERS, standardNamesOf } from '../config/dialect.js';
import type { Provider, ResolvedDialect } from '../config/resolve.js';
import type { TokenRequest } from '../config/token-request.js';
import type { ResolvedRequest } from '../token/token-key.js';

/** A token request as sent. */
export interface WireRequest {
  readonly url: string;
  readonly method: 'POST' | 'GET';
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

const CONTENT_TYPES = { form: 'application/x-www-form-urlencoded', json: 'application/json' } as const;
const PUBLIC_HEADERS = new Set(['accept', 'content-type', 'user-agent']);
const PUBLIC_PARAMETERS = STANDARD_PARAMETERS.filter((name) => name !== 'client_secret');

/** The parts of an attempt that do not come from the caller's request. */
export interface AttemptContext {
  /** URL of the token endpoint. */
  readonly url: string;
  /** Claims that the API demands in the token, as JSON, from a claims challenge. */
  readonly claims?: string | undefined;
}

/** What a configured function is told of a request. */
export function contextOf(
  { tenant }: Provider,
  { scopes, audience, resources }: ResolvedRequest,
): TokenRequest {
  return {
    scope: [...scopes],
    resource: [...resources],
    ...(audience !== undefined && { audience }),
    ...(tenant !== undefined && { tenant }),
  };
}

/** The extra parameters of a request: the configured ones, which a function may return, and the caller's. */
export function parametersOf(provider: Provider, request: ResolvedRequest): Parameters | Promise<Parameters> {
  const { parameters: configured } = provider.config;
  const { parameters: own } = request;
  if (typeof configured !== 'function') return own;
  return (async () => ({ ...(await configured(contextOf(provider, request))), ...own }))();
}

/** Builds an attempt without client authentication. @see RFC 6749 §4.4.2 */
export function attemptOf(
  provider: Provider,
  { url, claims }: AttemptContext,
  request: ResolvedRequest,
  extra: Parameters,
): TokenRequestAttempt {
  const { dialect } = provider;
  const { requestEncoding: encoding } = dialect;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (encoding !== 'query') headers['content-type'] = CONTENT_TYPES[encoding];
  for (const [name, value] of Object.entries(dialect.headers)) headers[name.toLowerCase()] = value;
  const parameters = {
    ...standardParameters(dialect, request),
    ...validated(provider, extra),
    ...(claims !== undefined && { claims }),
  };
  return { url, method: dialect.method, headers, parameters };
}

/** Encodes an attempt in the dialect's encoding. */
export function encodeAttempt(
  attempt: TokenRequestAttempt,
  { requestEncoding: encoding }: ResolvedDialect,
): WireRequest {
  const { url, method, headers, parameters } = attempt;
  if (encoding === 'json') return { url, method, headers, body: JSON.stringify(parameters) };
  if (encoding === 'form')
    return { url, method, headers, body: new URLSearchParams(pairsOf(parameters)).toString() };
  const target = new URL(url);
  for (const [name, value] of pairsOf(parameters)) target.searchParams.append(name, value);
  return { url: target.href, method, headers, body: undefined };
}

/** Whether a header's value may be shown. */
export function isPublicHeader(name: string): boolean {
  return PUBLIC_HEADERS.has(name.toLowerCase());
}

/** Values of an attempt that no output may show: all values except those known to be public. */
export function sensitiveValuesOf(attempt: TokenRequestAttempt, dialect: ResolvedDialect): string[] {
  const publicNames = new Set<unknown>(PUBLIC_PARAMETERS.map((name) => dialect.names[name]));
  publicNames.add('client_assertion_type').add('claims');
  const headers = Object.entries(attempt.headers).filter(([name]) => !isPublicHeader(name));
  const parameters = Object.entries(attempt.parameters).filter(([name]) => !publicNames.has(name));
  return [
    ...headers.flatMap(([, value]) => [value, ...credentialsIn(value)]),
    ...parameters.flatMap(([, value]) => textsIn(value)),
    ...(URL.canParse(attempt.url) ? new URL(attempt.url).searchParams.values() : []),
  ];
}

function standardParameters(dialect: ResolvedDialect, request: ResolvedRequest): Parameters {
  const { scopes, audience, resources } = request;
  const { names, grantType, scopeSeparator } = dialect;
  const parameters: Parameters = {};
  if (names.grant_type !== null && grantType !== null) parameters[names.grant_type] = grantType;
  if (names.scope !== null && scopes.length > 0) parameters[names.scope] = scopes.join(scopeSeparator);
  if (names.audience !== null && audience !== undefined) parameters[names.audience] = audience;
  const [resource] = resources;
  if (names.resource !== null && resource !== undefined)
    parameters[names.resource] = resources.length > 1 ? [...resources] : resource;
  return parameters;
}

/** Checks parameters from a function or a call; configured ones were checked with the configuration. */
function validated({ name: provider, config, dialect }: Provider, parameters: Parameters): Parameters {
  const standard = new Set(standardNamesOf(config.dialect?.parameterNames ?? {}));
  const problems = Object.entries(parameters).flatMap(([name, value]) => {
    if (standard.has(name))
      return [`parameters.${name}: is a standard parameter: use the option of the same name`];
    if (name === 'assertion' && config.grant !== undefined)
      return ['parameters.assertion: is set by the library: grant makes the assertion'];
    const isAllowed = typeof value === 'string' || dialect.requestEncoding === 'json';
    return isAllowed ? [] : [`parameters.${name}: must be a string unless dialect.requestEncoding is 'json'`];
  });
  if (problems.length > 0) throw invalidConfiguration(problems, provider);
  return parameters;
}

function pairsOf(parameters: Record<string, JsonValue>): [string, string][] {
  return Object.entries(parameters).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((item): [string, string] => [
      name,
      typeof item === 'string' ? item : JSON.stringify(item),
    ]),
  );
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
