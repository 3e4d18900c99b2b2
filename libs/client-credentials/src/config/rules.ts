import { validateHeaderName, validateHeaderValue } from 'node:http';
import { asObject } from '../base/objects.js';
import { isSecureOrigin } from '../base/secure-origin.js';
import type { RuleProblem } from './credential-rules.js';
import { credentialProblems, methodProblems } from './credential-rules.js';
import { standardNamesOf } from './dialect.js';
import type { ProviderConfig } from './options.js';

/** The rules between options, and those of their contents. Each looks only at what has the right type already. */
export function ruleProblems(config: Partial<ProviderConfig>): RuleProblem[] {
  return [...absenceProblems(config), ...contentProblems(config), ...methodProblems(config)];
}

/** Those of options that stand for themselves: what is not there may come from elsewhere. */
export function contentProblems(config: Partial<ProviderConfig>): RuleProblem[] {
  return [
    ...endpointProblems(config),
    ...urlProblems('api.baseURL', asObject(config.api)['baseURL']),
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
    ? [['tokenUrl', 'is required, unless an issuer is named that announces it']]
    : [];
}

function endpointProblems({ tokenUrl, issuer }: Partial<ProviderConfig>): RuleProblem[] {
  const problems = urlProblems('issuer', issuer, { mustBeConfidential: true });
  // RFC 8414 §2
  if (problems.length === 0 && typeof issuer === 'string' && new URL(issuer).search !== '') {
    problems.push(['issuer', 'must not have a query']);
  }
  return [...urlProblems('tokenUrl', tokenUrl, { mustBeConfidential: true }), ...problems];
}

function dialectProblems({ dialect: given }: Partial<ProviderConfig>): RuleProblem[] {
  const { method, requestEncoding, headers, apiHeaders, parameterNames, basicScheme } = asObject(given);
  const authorization = asObject(asObject(given)['authorization']);
  const problems: RuleProblem[] = [];
  if (method === 'GET' && (requestEncoding === 'form' || requestEncoding === 'json')) {
    problems.push([
      'dialect.requestEncoding',
      "must be 'query' where dialect.method is 'GET': such a request has no body",
    ]);
  }
  if (authorization['query'] !== undefined && authorization['header'] !== undefined) {
    problems.push(['dialect.authorization', 'names a header and a query parameter: choose one']);
  }
  for (const [key, record] of Object.entries({ headers, apiHeaders })) {
    for (const [name, value] of Object.entries(asObject(record))) {
      if (!isHeader(name, value))
        problems.push([`dialect.${key}`, `"${name}" is no header that HTTP can carry`]);
    }
  }
  if (!isHeader('authorization', authorization['scheme'] ?? '')) {
    problems.push(['dialect.authorization.scheme', 'holds what a header cannot carry']);
  }
  if (!isHeader('authorization', basicScheme ?? '')) {
    problems.push(['dialect.basicScheme', 'holds what a header cannot carry']);
  }
  if (typeof authorization['header'] === 'string' && !isHeader(authorization['header'], '')) {
    problems.push(['dialect.authorization.header', 'is no header name']);
  }
  const sent = standardNamesOf(asObject(parameterNames)).filter((name) => typeof name === 'string');
  const twice = sent.find((name, index) => sent.indexOf(name) !== index);
  if (twice !== undefined) problems.push(['dialect.parameterNames', `names two parameters "${twice}"`]);
  return problems;
}

function parameterProblems({ parameters, dialect: given }: Partial<ProviderConfig>): RuleProblem[] {
  if (typeof parameters === 'function') return [];
  const standard = new Set<unknown>(standardNamesOf(asObject(asObject(given)['parameterNames'])));
  return Object.entries(asObject(parameters)).flatMap(([name, value]): RuleProblem[] => {
    const path = `parameters.${name}`;
    if (standard.has(name)) return [[path, 'is a standard parameter: use the option of that name']];
    const mayBeJson = asObject(given)['requestEncoding'] === 'json';
    return typeof value === 'string' || mayBeJson
      ? []
      : [[path, "must be a string unless dialect.requestEncoding is 'json'"]];
  });
}

function urlProblems(key: string, value: unknown, { mustBeConfidential = false } = {}): RuleProblem[] {
  if (typeof value !== 'string') return [];
  if (!URL.canParse(value)) return [[key, 'must be an absolute URL']];
  const url = new URL(value);
  const problems: RuleProblem[] = [];
  if (url.username !== '' || url.password !== '')
    problems.push([key, 'must not hold a user name or password']);
  // RFC 6749 §3.2
  if (mustBeConfidential && url.hash !== '') problems.push([key, 'must not have a fragment']);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') problems.push([key, 'must be an https address']);
  else if (mustBeConfidential && !isSecureOrigin(url)) {
    problems.push([
      key,
      'must be an https address: http is only for loopback, since credentials would travel in clear',
    ]);
  }
  return problems;
}

/** What is wrong with a value as an origin. */
export function originProblems(key: string, value: unknown): RuleProblem[] {
  const problems = urlProblems(key, value);
  if (problems.length > 0 || typeof value !== 'string') return problems;
  const { pathname, search, hash } = new URL(value);
  return pathname === '/' && search === '' && hash === ''
    ? []
    : [[key, 'must be an origin alone, without a path']];
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
