import {
  STANDARD_PARAMETERS,
  type Dialect,
  type JsonValue,
  type StandardParameter,
} from '../config/dialect.js';
import { isFormEncoded } from './form.js';
import { parseJsonObject } from './json-object.js';
import { mediaType, type RecordedRequest } from './recorded-request.js';
import { OAuthRefusal } from './refusal.js';

/**
 * Standard parameters of a token request by their standard names, even if the dialect renames them.
 *
 * @internal
 */
export type StandardParameters = Partial<Record<SingleParameter, string>> & { resource?: string[] };

/** Every standard parameter except `resource`, the only one that may be repeated (RFC 8707 §2). */
type SingleParameter = Exclude<StandardParameter, 'resource'>;

/**
 * Reads a token request in the dialect's encoding. Any departure from the dialect is refused.
 *
 * @see RFC 6749 §3.2, §4.4.2
 * @internal
 */
export function readTokenRequest(request: RecordedRequest, dialect: Dialect): StandardParameters {
  checkEncoding(request, dialect);
  refuseMisplaced(request, dialect);
  for (const name of Object.keys(dialect.headers ?? {})) {
    if (request.headers[name.toLowerCase()] === undefined) throw invalid(`The header ${name} is missing.`);
  }
  const sent = encodingOf(dialect) === 'query' ? request.query : request.parameters;
  const read: StandardParameters = {};
  for (const name of STANDARD_PARAMETERS) {
    const wireName = wireNameOf(name, dialect);
    const value = wireName === null ? undefined : valueOf(sent, wireName);
    if (value === undefined) continue;
    if (name === 'resource') read.resource = [value].flat();
    else if (typeof value === 'string') read[name] = value;
    else throw invalid(`${name} must not be repeated.`);
  }
  if (read.grant_type === undefined && isSent('grant_type', dialect)) throw invalid('grant_type is missing.');
  return read;
}

/**
 * Whether a request in this dialect has a parameter.
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

/** Checks method, content type and encoding. */
function checkEncoding(request: RecordedRequest, dialect: Dialect): void {
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

/** Refuses standard parameters in a place or under a name that this dialect does not use. */
function refuseMisplaced(request: RecordedRequest, dialect: Dialect): void {
  const wireNames = STANDARD_PARAMETERS.map((name) => wireNameOf(name, dialect) ?? name);
  const used = STANDARD_PARAMETERS.filter((name) => isSent(name, dialect)).map((name) =>
    wireNameOf(name, dialect),
  );
  const isQuery = encodingOf(dialect) === 'query';
  for (const name of new Set([...STANDARD_PARAMETERS, ...wireNames])) {
    if (!isQuery && Object.hasOwn(request.query, name)) throw invalid(`${name} does not belong in the URL.`);
    const sent = isQuery ? request.query : request.parameters;
    if (!used.includes(name) && Object.hasOwn(sent, name)) {
      throw invalid(`This server does not know ${name}.`);
    }
  }
}

function valueOf(sent: Record<string, JsonValue>, wireName: string): string | string[] | undefined {
  const value = Object.hasOwn(sent, wireName) ? sent[wireName] : undefined;
  // A parameter without a value counts as omitted (RFC 6749 §3.2).
  if (value === undefined || value === '') return undefined;
  if (typeof value === 'string' || isTexts(value)) return value;
  throw invalid(`${wireName} must be a string.`);
}

function isTexts(value: JsonValue): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function invalid(description: string): OAuthRefusal {
  return new OAuthRefusal('invalid_request', description);
}
