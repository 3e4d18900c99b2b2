import type { Dialect, JsonValue, StandardParameter } from '../config/dialect.js';
import { isFormEncoded } from './form.js';
import { parseJsonObject } from './json-object.js';
import { mediaType, type RecordedRequest } from './recorded-request.js';
import { OAuthRefusal } from './refusal.js';

/**
 * The standard parameters of a token request under their standard names, whatever the dialect calls them.
 *
 * @internal
 */
export type StandardParameters = Partial<Record<SingleParameter, string>> & { resource?: string[] };

/** All but `resource`, which alone may occur more than once: RFC 8707 §2. */
type SingleParameter = Exclude<StandardParameter, 'resource'>;

const standardNames: readonly StandardParameter[] = [
  'grant_type',
  'client_id',
  'client_secret',
  'scope',
  'audience',
  'resource',
];

/**
 * Reads a token request as the dialect says it is written. What departs from that is refused rather than guessed.
 *
 * @see RFC 6749 §3.2, §4.4.2
 * @internal
 */
export function readTokenRequest(request: RecordedRequest, dialect: Dialect): StandardParameters {
  checkForm(request, dialect);
  refuseDisplaced(request, dialect);
  for (const name of Object.keys(dialect.headers ?? {})) {
    if (request.headers[name.toLowerCase()] === undefined) throw invalid(`The header ${name} is missing.`);
  }
  const sent = encodingOf(dialect) === 'query' ? request.query : request.parameters;
  const read: StandardParameters = {};
  for (const name of standardNames) {
    const wireName = wireNameOf(name, dialect);
    const value = wireName === null ? undefined : valueOf(sent, wireName);
    if (value === undefined) continue;
    if (name === 'resource') read.resource = [value].flat();
    else if (typeof value === 'string') read[name] = value;
    else throw invalid(`There must be one ${name}.`);
  }
  if (read.grant_type === undefined && isSent('grant_type', dialect)) throw invalid('grant_type is missing.');
  return read;
}

/**
 * Whether a request of this dialect has this parameter at all.
 *
 * @internal
 */
export function isSent(name: StandardParameter, dialect: Dialect): boolean {
  return wireNameOf(name, dialect) !== null && !(name === 'grant_type' && dialect.grantType === null);
}

function encodingOf(dialect: Dialect): 'form' | 'json' | 'query' {
  return dialect.requestEncoding ?? (dialect.method === 'GET' ? 'query' : 'form');
}

function wireNameOf(name: StandardParameter, dialect: Dialect): string | null {
  const renamed = dialect.parameterNames?.[name];
  return renamed === undefined ? name : renamed;
}

/** Method, content type and encoding. */
function checkForm(request: RecordedRequest, dialect: Dialect): void {
  const method = dialect.method ?? 'POST';
  if (request.method !== method) throw invalid(`The method must be ${method}.`);
  const queryStart = request.url.indexOf('?');
  if (queryStart !== -1 && !isFormEncoded(request.url.slice(queryStart + 1))) {
    throw invalid('The query is not form-encoded.');
  }
  const type = mediaType(request.headers);
  switch (encodingOf(dialect)) {
    case 'form':
      if (type !== 'application/x-www-form-urlencoded') throw invalid('The body must be a form.');
      if (!isFormEncoded(request.text)) throw invalid('The body is not form-encoded.');
      return;
    case 'json':
      if (type !== 'application/json') throw invalid('The body must be JSON.');
      if (parseJsonObject(request.text) === undefined) throw invalid('The body is not a JSON object.');
      return;
    case 'query':
      if (request.body.length > 0) throw invalid('The body must be empty.');
  }
}

/** Refuses standard parameters in a place, or under a name, that this dialect does not use. */
function refuseDisplaced(request: RecordedRequest, dialect: Dialect): void {
  const wireNames = standardNames.map((name) => wireNameOf(name, dialect) ?? name);
  const used = standardNames.filter((name) => isSent(name, dialect)).map((name) => wireNameOf(name, dialect));
  const isQuery = encodingOf(dialect) === 'query';
  for (const name of new Set([...standardNames, ...wireNames])) {
    if (!isQuery && Object.hasOwn(request.query, name)) throw invalid(`${name} does not belong in the URL.`);
    const sent = isQuery ? request.query : request.parameters;
    if (!used.includes(name) && Object.hasOwn(sent, name)) {
      throw invalid(`This server does not know ${name}.`);
    }
  }
}

function valueOf(sent: Record<string, JsonValue>, wireName: string): string | string[] | undefined {
  const value = Object.hasOwn(sent, wireName) ? sent[wireName] : undefined;
  // RFC 6749 §3.2: a parameter without a value counts as omitted.
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string' || isTexts(value)) return value;
  throw invalid(`${wireName} must be a text.`);
}

function isTexts(value: JsonValue): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function invalid(description: string): OAuthRefusal {
  return new OAuthRefusal('invalid_request', description);
}
