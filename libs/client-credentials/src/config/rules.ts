import { validateHeaderName, validateHeaderValue } from 'node:http';
import { asObject, isObject } from '../base/objects.js';
import { isSecureOrigin } from '../base/secure-origin.js';
import type { RuleProblem } from './credential-rules.js';
import { credentialProblems, methodProblems } from './credential-rules.js';
import { standardNamesOf } from './dialect.js';
import type { ProviderConfig } from './options.js';

/** Problems of a client's options: missing options, contents, contradictions. Values of a wrong type are skipped. */
export function ruleProblems(config: Partial<ProviderConfig>): RuleProblem[] {
  return [...absenceProblems(config), ...contentProblems(config), ...methodProblems(config)];
}

/** Problems of the options present. Missing options are allowed: a tenant may add them. */
export function contentProblems(config: Partial<ProviderConfig>): RuleProblem[] {
  return [
    ...endpointProblems(config),
    ...apiProblems(config),
    ...credentialProblems(config),
    ...dialectProblems(config),
    ...parameterProblems(config),
    ...(Array.isArray(config.allowedOrigins) ? config.allowedOrigins : []).flatMap((origin, index) =>
      originProblems(`allowedOrigins.${index}`, origin),
    ),
  ];
}

function absenceProblems({ tokenUrl, issuer }: Partial<ProviderConfig>): RuleProblem[] {
  return tokenUrl === undefined && issuer === undefined
    ? [['tokenUrl', 'is required: set it, or set issuer']]
    : [];
}

function endpointProblems({ tokenUrl, issuer }: Partial<ProviderConfig>): RuleProblem[] {
  const problems = urlProblems('issuer', issuer, { mustBeSecure: true });
  if (problems.length === 0 && typeof issuer === 'string' && new URL(issuer).search !== '') {
    problems.push(['issuer', 'must not have a query (RFC 8414 §2)']);
  }
  return [...urlProblems('tokenUrl', tokenUrl, { mustBeSecure: true }), ...problems];
}

function apiProblems({ api }: Partial<ProviderConfig>): RuleProblem[] {
  const { baseURL, auth } = asObject(api);
  const problems = urlProblems('api.baseURL', baseURL);
  if (auth !== undefined)
    problems.push(['api.auth', 'would replace the token with Basic credentials: remove it']);
  return problems;
}

/** The token's header, where `api.headers` has one of that name: as with a call's own header, no token is sent then. */
export function headerInPlaceOfToken({ api, dialect }: Partial<ProviderConfig>): string | undefined {
  const { header = 'Authorization', query } = { ...dialect?.authorization };
  const isThere = query === undefined && namesIn(asObject(api)['headers']).includes(header.toLowerCase());
  return isThere ? header : undefined;
}

/** The names of headers that have a value, those of single methods included, in lower case. */
function namesIn(headers: unknown): string[] {
  return Object.entries(asObject(headers)).flatMap(([name, value]) => {
    if (isObject(value) && !Array.isArray(value)) return namesIn(value);
    return value === undefined || value === null ? [] : [name.toLowerCase()];
  });
}

function dialectProblems({ dialect: given }: Partial<ProviderConfig>): RuleProblem[] {
  const { method, requestEncoding, headers, apiHeaders, parameterNames, basicScheme } = asObject(given);
  const authorization = asObject(asObject(given)['authorization']);
  const problems: RuleProblem[] = [];
  if (method === 'GET' && (requestEncoding === 'form' || requestEncoding === 'json')) {
    problems.push([
      'dialect.requestEncoding',
      "must be 'query' if dialect.method is 'GET': a GET request has no body",
    ]);
  }
  if (authorization['query'] !== undefined && authorization['header'] !== undefined) {
    problems.push(['dialect.authorization', 'names a header and a query parameter: remove one of them']);
  }
  for (const [key, record] of Object.entries({ headers, apiHeaders })) {
    for (const [name, value] of Object.entries(asObject(record))) {
      if (!isHeader(name, value)) problems.push([`dialect.${key}`, `"${name}" is not a valid HTTP header`]);
    }
  }
  if (!isHeader('authorization', authorization['scheme'] ?? '')) {
    problems.push(['dialect.authorization.scheme', 'contains characters that a header cannot carry']);
  }
  if (!isHeader('authorization', basicScheme ?? '')) {
    problems.push(['dialect.basicScheme', 'contains characters that a header cannot carry']);
  }
  if (typeof authorization['header'] === 'string' && !isHeader(authorization['header'], '')) {
    problems.push(['dialect.authorization.header', 'is not a valid header name']);
  }
  const { accessToken, accessTokenHeader } = asObject(asObject(given)['response']);
  if (accessTokenHeader !== undefined && accessToken !== undefined) {
    problems.push(['dialect.response', 'names a path and a header for the token: remove one of them']);
  }
  if (typeof accessTokenHeader === 'string' && !isHeader(accessTokenHeader, '')) {
    problems.push(['dialect.response.accessTokenHeader', 'is not a valid header name']);
  }
  const sent = standardNamesOf(asObject(parameterNames)).filter((name) => typeof name === 'string');
  const twice = sent.find((name, index) => sent.indexOf(name) !== index);
  if (twice !== undefined)
    problems.push(['dialect.parameterNames', `gives two parameters the name "${twice}"`]);
  return problems;
}

function parameterProblems({ parameters, dialect: given }: Partial<ProviderConfig>): RuleProblem[] {
  if (typeof parameters === 'function') return [];
  const standard = new Set<unknown>(standardNamesOf(asObject(asObject(given)['parameterNames'])));
  return Object.entries(asObject(parameters)).flatMap(([name, value]): RuleProblem[] => {
    const path = `parameters.${name}`;
    if (standard.has(name)) return [[path, 'is a standard parameter: use the option of the same name']];
    const mayBeJson = asObject(given)['requestEncoding'] === 'json';
    return typeof value === 'string' || mayBeJson
      ? []
      : [[path, "must be a string unless dialect.requestEncoding is 'json'"]];
  });
}

function urlProblems(key: string, value: unknown, { mustBeSecure = false } = {}): RuleProblem[] {
  if (typeof value !== 'string') return [];
  if (!URL.canParse(value)) return [[key, 'must be an absolute URL']];
  const url = new URL(value);
  const problems: RuleProblem[] = [];
  if (url.username !== '' || url.password !== '')
    problems.push([key, 'must not contain a user name or password']);
  if (mustBeSecure && url.hash !== '') problems.push([key, 'must not have a fragment (RFC 6749 §3.2)']);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') problems.push([key, 'must be an https URL']);
  else if (mustBeSecure && !isSecureOrigin(url)) {
    problems.push([
      key,
      'must be an https URL: http is allowed on loopback only, because it would send credentials unencrypted',
    ]);
  }
  return problems;
}

/** Problems of a value as an origin. */
export function originProblems(key: string, value: unknown, options = {}): RuleProblem[] {
  const problems = urlProblems(key, value, options);
  if (problems.length > 0 || typeof value !== 'string') return problems;
  const { pathname, search, hash } = new URL(value);
  return pathname === '/' && search === '' && hash === '' ? [] : [[key, 'must be an origin without a path']];
}

function isHeader(name: string, value: unknown): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, String(value));
    return true;
  } catch {
    return false;
  }
}
