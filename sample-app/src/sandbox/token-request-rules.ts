import type { SandboxClient } from './sandbox-provider.js';
import type { ReceivedRequest } from './loopback-server.js';

/** Documented form of a token request. Any departure is a fault. */
export interface TokenRequestRules {
  client: SandboxClient;
  /** `basic`: in the `Authorization` header only. `body`: as two parameters, without an `Authorization` header. */
  credentialsIn: 'basic' | 'body';
  encoding: 'form' | 'json';
  /** Required parameters with their exact values, except the credentials. */
  required: Record<string, string>;
  /** Optional parameters with their exact values. */
  optional?: Record<string, string>;
  /** Exact `Accept` header, if documented. */
  accept?: string;
}

/** A fault with its error code of RFC 6749 §5.2. The description names parameters, never values. */
export interface TokenRequestFault {
  error: 'invalid_request' | 'invalid_client' | 'unsupported_grant_type' | 'invalid_scope';
  description: string;
}

const mediaTypes = { form: 'application/x-www-form-urlencoded', json: 'application/json' } as const;

/** Finds the first fault of a token request. */
export function findFault(request: ReceivedRequest, rules: TokenRequestRules): TokenRequestFault | undefined {
  if (request.method !== 'POST') return invalid('The method must be POST.');
  if (request.query.size > 0) return invalid('Parameters must be in the body.');
  if (rules.accept !== undefined && request.headers.accept !== rules.accept) {
    return invalid(`The Accept header must be ${rules.accept}.`);
  }
  if (!isMediaType(request.headers['content-type'], mediaTypes[rules.encoding])) {
    return invalid(`The content type must be ${mediaTypes[rules.encoding]}.`);
  }
  const text = request.body.toString('utf8');
  const parameters = rules.encoding === 'form' ? parseForm(text) : parseJson(text);
  if (parameters === undefined) return invalid('The body cannot be parsed, or a parameter is repeated.');

  return findCredentialsFault(request, parameters, rules) ?? findParameterFault(parameters, rules);
}

function findCredentialsFault(
  request: ReceivedRequest,
  parameters: Map<string, string>,
  { client, credentialsIn }: TokenRequestRules,
): TokenRequestFault | undefined {
  const { authorization } = request.headers;
  if (credentialsIn === 'basic') {
    const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/.exec(authorization ?? '')?.[1] ?? '';
    const credentials = Buffer.from(encoded, 'base64').toString('utf8');
    return credentials === `${client.clientId}:${client.clientSecret}` ? undefined : invalidClient;
  }
  if (authorization !== undefined) return invalid('An Authorization header is not allowed.');
  const clientId = parameters.get('client_id');
  const clientSecret = parameters.get('client_secret');
  if (clientId === undefined || clientSecret === undefined)
    return invalid('client_id or client_secret is missing.');
  return clientId === client.clientId && clientSecret === client.clientSecret ? undefined : invalidClient;
}

function findParameterFault(
  parameters: Map<string, string>,
  { credentialsIn, required, optional = {} }: TokenRequestRules,
): TokenRequestFault | undefined {
  for (const [name, value] of Object.entries({ ...optional, ...required })) {
    const actual = parameters.get(name);
    if (actual === undefined) {
      if (name in required) return invalid(`${name} is missing.`);
    } else if (actual !== value) {
      return wrongValue(name);
    }
  }
  const credentials = credentialsIn === 'body' ? ['client_id', 'client_secret'] : [];
  const known = new Set([...Object.keys(required), ...Object.keys(optional), ...credentials]);
  const unknown = [...parameters.keys()].filter((name) => !known.has(name));
  return unknown.length === 0 ? undefined : invalid('The request has undocumented parameters.');
}

const invalidClient: TokenRequestFault = {
  error: 'invalid_client',
  description: 'The client is unknown or its secret is wrong.',
};

function invalid(description: string): TokenRequestFault {
  return { error: 'invalid_request', description };
}

function wrongValue(name: string): TokenRequestFault {
  if (name === 'grant_type') return { error: 'unsupported_grant_type', description: 'grant_type is wrong.' };
  if (name === 'scope') return { error: 'invalid_scope', description: 'scope is wrong.' };
  return invalid(`${name} is wrong.`);
}

function isMediaType(header: string | undefined, expected: string): boolean {
  const [mediaType = '', ...attributes] = (header ?? '').toLowerCase().split(/\s*;\s*/);
  return mediaType === expected && attributes.every((attribute) => attribute === 'charset=utf-8');
}

/** Parses a form strictly: URLSearchParams would accept invalid escapes. */
function parseForm(text: string): Map<string, string> | undefined {
  const parameters = new Map<string, string>();
  for (const pair of text === '' ? [] : text.split('&')) {
    const separator = pair.indexOf('=');
    if (separator < 0) return undefined;
    try {
      const [name, value] = [pair.slice(0, separator), pair.slice(separator + 1)].map((part) =>
        decodeURIComponent(part.replaceAll('+', ' ')),
      );
      if (name === undefined || value === undefined || parameters.has(name)) return undefined;
      parameters.set(name, value);
    } catch {
      return undefined;
    }
  }
  return parameters;
}

function parseJson(text: string): Map<string, string> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const entries: [string, unknown][] = Object.entries(value);
    const strings = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    return strings.length === entries.length ? new Map(strings) : undefined;
  } catch {
    return undefined;
  }
}
