import { createSecureContext } from 'node:tls';
import { asObject, isObject } from '../base/objects.js';
import { authenticationMethodOf, isAssertionMethod, isSecretMethod } from './authentication-method.js';
import {
  DPOP_ALGORITHMS,
  type AssertionOptions,
  type Certificate,
  type DpopOptions,
  type PrivateKey,
} from './credentials.js';
import type { JwtBearerGrant } from './grant.js';
import type { ProviderConfig } from './options.js';
import { isKeyText, isPem, signingKeyOf, UnusableKey } from './signing-key.js';

// Header parameters that only the library sets (RFC 7515 §4.1.1).
const RESERVED_HEADERS = ['alg'];
// Claims that only the library sets (RFC 7523 §3).
export const RESERVED_CLAIMS: readonly string[] = ['iss', 'sub', 'aud', 'jti', 'iat', 'exp'];

/** A problem of a configuration, and the path of the option. */
export type RuleProblem = readonly [key: string, problem: string];

/** The problem of an id or a secret that was copied with what stood around it. */
export function outerBreakProblem(value: string): string | undefined {
  return /^[\t\r\n]|[\t\r\n]$/.test(value)
    ? 'must not begin or end with a line break or a tab: it was probably copied along, or read from a file'
    : undefined;
}

function breakProblems({ clientId, clientSecret }: Partial<ProviderConfig>): RuleProblem[] {
  return Object.entries({ clientId, clientSecret }).flatMap(([name, given]) =>
    [given].flat().flatMap((value): RuleProblem[] => {
      const problem = typeof value === 'string' ? outerBreakProblem(value) : undefined;
      return problem === undefined ? [] : [[name, problem]];
    }),
  );
}

/** Checks that each credential can be used. */
export function credentialProblems(config: Partial<ProviderConfig>): RuleProblem[] {
  return [
    ...breakProblems(config),
    ...keyProblems(config),
    ...certificateProblems(config),
    ...dpopProblems(config),
    ...basicProblems(config),
  ];
}

/** Checks that the client authentication method and the configured credentials fit together. */
export function methodProblems(config: Partial<ProviderConfig>): RuleProblem[] {
  return [...missingOrUnusedProblems(config), ...assertionProblems(config), ...grantProblems(config)];
}

function missingOrUnusedProblems(config: Partial<ProviderConfig>): RuleProblem[] {
  const { clientSecret, privateKey, clientAssertion, certificate, grant } = config;
  const method = authenticationMethodOf(config);
  const problems: RuleProblem[] = [];
  const need = (option: string): void =>
    void problems.push([
      option,
      `is needed for ${String(method)}: set it, or choose another clientAuthentication`,
    ]);
  if (isSecretMethod(method) && clientSecret === undefined) need('clientSecret');
  if (method === 'private_key_jwt' && privateKey === undefined && clientAssertion === undefined)
    need('privateKey');
  if (
    (method === 'tls_client_auth' || method === 'self_signed_tls_client_auth') &&
    certificate === undefined
  ) {
    need('certificate');
  }
  if (method === 'none' && clientSecret !== undefined) {
    problems.push(['clientSecret', "is never sent with clientAuthentication 'none': remove one of them"]);
  }
  if (typeof method === 'string' && method !== 'private_key_jwt') {
    const unused = grant === undefined ? { privateKey, clientAssertion } : { clientAssertion };
    for (const [option, value] of Object.entries(unused)) {
      if (value !== undefined)
        problems.push([
          option,
          `is not used by ${method}: remove it, or set clientAuthentication to 'private_key_jwt'`,
        ]);
    }
  }
  if (privateKey !== undefined && clientAssertion !== undefined && grant === undefined) {
    problems.push(['clientAssertion', 'replaces privateKey: remove one of them']);
  }
  return problems;
}

function assertionProblems(config: Partial<ProviderConfig>): RuleProblem[] {
  const method = authenticationMethodOf(config);
  const { header, claims, algorithm }: AssertionOptions = asObject(config.assertion);
  const problems: RuleProblem[] = [];
  if (config.assertion !== undefined && typeof method !== 'function' && !isAssertionMethod(method)) {
    problems.push([
      'assertion',
      `is not used by ${method ?? 'grant'}: remove it, or set clientAuthentication to 'private_key_jwt' or 'client_secret_jwt'`,
    ]);
  }
  for (const name of RESERVED_HEADERS.filter((each) => each in asObject(header))) {
    problems.push([`assertion.header.${name}`, 'is set by the library: use assertion.algorithm']);
  }
  for (const name of RESERVED_CLAIMS.filter((each) => each in asObject(claims))) {
    problems.push([
      `assertion.claims.${name}`,
      'is set by the library: use assertion.audience, assertion.lifetimeSeconds or clientId',
    ]);
  }
  if (method === 'client_secret_jwt' && algorithm !== undefined && !/^HS(256|384|512)$/.test(algorithm)) {
    problems.push(['assertion.algorithm', 'must be HS256, HS384 or HS512 for client_secret_jwt']);
  }
  return problems;
}

function grantProblems(config: Partial<ProviderConfig>): RuleProblem[] {
  const { grant, privateKey, clientSecret, clientAssertion, clientAuthentication, parameters } = config;
  if (grant === undefined) return [];
  const { header, claims }: Partial<JwtBearerGrant> = asObject(grant);
  const problems: RuleProblem[] = [];
  if (privateKey === undefined) problems.push(['privateKey', 'is needed for grant: it signs the JWT']);
  if (clientAuthentication === undefined) {
    for (const [option, value] of Object.entries({ clientSecret, clientAssertion })) {
      if (value !== undefined)
        problems.push([
          option,
          'is not used by grant alone: name clientAuthentication as well, or remove it',
        ]);
    }
  }
  for (const name of RESERVED_HEADERS.filter((each) => each in asObject(header))) {
    problems.push([`grant.header.${name}`, 'is set by the library: use privateKey.algorithm']);
  }
  for (const name of RESERVED_CLAIMS.filter((each) => each in asObject(claims))) {
    problems.push([
      `grant.claims.${name}`,
      'is set by the library: use grant.issuer, grant.subject, grant.audience or grant.lifetimeSeconds',
    ]);
  }
  if ('assertion' in asObject(parameters)) {
    problems.push(['parameters.assertion', 'is set by the library: grant makes the assertion']);
  }
  return problems;
}

/** Checks a key in the configuration itself. Files and functions are read later, for each token request. */
function keyProblems({ privateKey, assertion }: Partial<ProviderConfig>): RuleProblem[] {
  if (privateKey === undefined || typeof privateKey === 'function') return [];
  const { key, algorithm }: Partial<PrivateKey> = asObject(privateKey);
  const isInline = isObject(key) || (typeof key === 'string' && isKeyText(key));
  if (!isInline) return [];
  try {
    const { algorithm: preferred }: AssertionOptions = asObject(assertion);
    signingKeyOf({ key, ...(algorithm !== undefined && { algorithm }) }, preferred);
    return [];
  } catch (error) {
    return [['privateKey.key', error instanceof UnusableKey ? error.message : 'cannot be used']];
  }
}

function certificateProblems({ certificate }: Partial<ProviderConfig>): RuleProblem[] {
  if (certificate === undefined || typeof certificate === 'function') return [];
  const { cert, key, ca, passphrase }: Partial<Certificate> = asObject(certificate);
  const isInline = [cert, key, ca ?? []].flat().every((part) => typeof part === 'string' && isPem(part));
  if (!isInline) return [];
  try {
    createSecureContext({ cert, key, ca, passphrase });
    return [];
  } catch {
    return [
      [
        'certificate',
        'cannot be used: check that cert and key are PEM and belong together, and check the passphrase',
      ],
    ];
  }
}

function dpopProblems({ dpop, dialect }: Partial<ProviderConfig>): RuleProblem[] {
  if (dpop === undefined) return [];
  const { header, scheme, query, format } = asObject(asObject(dialect)['authorization']);
  const { algorithm, keyPair }: DpopOptions = asObject(dpop);
  const problems: RuleProblem[] = [];
  if ([header, scheme, query, format].some((part) => part !== undefined)) {
    problems.push([
      'dialect.authorization',
      'is for bearer tokens: remove it or dpop, whose tokens have their own scheme (RFC 9449 §7.1)',
    ]);
  }
  const { privateKey, publicKey } = asObject(keyPair);
  if (!isObject(privateKey) || !isObject(publicKey)) return problems;
  if (publicKey['type'] !== 'public' || publicKey['extractable'] === false) {
    problems.push(['dpop.keyPair.publicKey', 'must be an extractable public key: every proof contains it']);
  }
  try {
    const signing = signingKeyOf({ key: privateKey, ...(algorithm !== undefined && { algorithm }) });
    if (!DPOP_ALGORITHMS.some((each) => each === signing.algorithm)) {
      problems.push([
        'dpop.keyPair',
        `would sign with ${signing.algorithm}: use a key for one of ${DPOP_ALGORITHMS.join(', ')}`,
      ]);
    }
  } catch (error) {
    problems.push([
      'dpop.keyPair.privateKey',
      error instanceof UnusableKey ? error.message : 'cannot be used',
    ]);
  }
  return problems;
}

function basicProblems(config: Partial<ProviderConfig>): RuleProblem[] {
  const problems: RuleProblem[] = [];
  const isRawBasic =
    authenticationMethodOf(config) === 'client_secret_basic' && config.dialect?.basicCredentials === 'raw';
  if (isRawBasic && typeof config.clientId === 'string' && config.clientId.includes(':')) {
    problems.push(['clientId', "must not contain a colon if dialect.basicCredentials is 'raw'"]);
  }
  if (asObject(config.tokenRequest?.axios)['auth'] !== undefined) {
    problems.push([
      'tokenRequest.axios.auth',
      'would replace the client authentication: use clientId and clientSecret',
    ]);
  }
  return problems;
}
