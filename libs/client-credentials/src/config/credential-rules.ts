import { createSecureContext } from 'node:tls';
import { asObject, isObject } from '../base/objects.js';
import { authenticationMethodOf, isAssertionMethod, isSecretMethod } from './authentication-method.js';
import type { AssertionOptions, Certificate, DpopOptions, PrivateKey } from './credentials.js';
import type { ProviderConfig } from './options.js';

import { isKeyText, isPem, signingKeyOf, UnusableKey } from './signing-key.js';

// RFC 7515 §4.1.1; RFC 7523 §3.
const OWN_HEADER = ['alg'];
// What proofs can be signed with; EdDSA is Ed25519 by its older name.
const DPOP_ALGORITHMS = ['ES256', 'Ed25519', 'EdDSA', 'PS256', 'RS256'];
const OWN_CLAIMS = ['iss', 'sub', 'aud', 'jti', 'iat', 'exp'];

/** Whether each credential is what it should be. */
export function credentialProblems(config: Partial<ProviderConfig>): RuleProblem[] {
  return [
    ...keyProblems(config),
    ...certificateProblems(config),
    ...dpopProblems(config),
    ...basicProblems(config),
  ];
}

/** Whether what proves who the client is goes together. */
export function methodProblems(config: Partial<ProviderConfig>): RuleProblem[] {
  return [...proofProblems(config), ...assertionProblems(config)];
}

function proofProblems(config: Partial<ProviderConfig>): RuleProblem[] {
  const { clientSecret, privateKey, clientAssertion, certificate } = config;
  const method = authenticationMethodOf(config);
  const problems: RuleProblem[] = [];
  const need = (option: string): void => void problems.push([option, `is needed for ${String(method)}`]);
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
    for (const [option, value] of Object.entries({ privateKey, clientAssertion })) {
      if (value !== undefined)
        problems.push([option, `is of no use with ${method}: it needs private_key_jwt`]);
    }
  }
  if (privateKey !== undefined && clientAssertion !== undefined) {
    problems.push(['clientAssertion', 'takes the place of privateKey: remove one of them']);
  }
  return problems;
}

function assertionProblems(config: Partial<ProviderConfig>): RuleProblem[] {
  const method = authenticationMethodOf(config);
  const { header, claims, algorithm }: AssertionOptions = asObject(config.assertion);
  const problems: RuleProblem[] = [];
  if (config.assertion !== undefined && typeof method === 'string' && !isAssertionMethod(method)) {
    problems.push([
      'assertion',
      `is of no use with ${method}: it needs private_key_jwt or client_secret_jwt`,
    ]);
  }
  for (const name of OWN_HEADER.filter((each) => each in asObject(header))) {
    problems.push([`assertion.header.${name}`, 'is the library’s: use assertion.algorithm']);
  }
  for (const name of OWN_CLAIMS.filter((each) => each in asObject(claims))) {
    problems.push([
      `assertion.claims.${name}`,
      'is the library’s: use assertion.audience, assertion.lifetimeSeconds or clientId',
    ]);
  }
  if (method === 'client_secret_jwt' && algorithm !== undefined && !/^HS(256|384|512)$/.test(algorithm)) {
    problems.push(['assertion.algorithm', 'must be HS256, HS384 or HS512 for client_secret_jwt']);
  }
  return problems;
}

/** Only what is there already is looked at: a file may be written later, and a function is asked when it is needed. */
function keyProblems({ privateKey, assertion }: Partial<ProviderConfig>): RuleProblem[] {
  if (privateKey === undefined || typeof privateKey === 'function') return [];
  const { key, algorithm }: Partial<PrivateKey> = asObject(privateKey);
  const isThere = isObject(key) || (typeof key === 'string' && isKeyText(key));
  if (!isThere) return [];
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
  const isThere = [cert, key, ca ?? []].flat().every((part) => typeof part === 'string' && isPem(part));
  if (!isThere) return [];
  try {
    createSecureContext({ cert, key, ca, passphrase });
    return [];
  } catch {
    return [
      [
        'certificate',
        'cannot be used: see that cert and key are PEM and belong together, and the passphrase',
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
      'is for bearer tokens: one that is bound by dpop has a scheme of its own (RFC 9449 §7.1)',
    ]);
  }
  const { privateKey, publicKey } = asObject(keyPair);
  if (!isObject(privateKey) || !isObject(publicKey)) return problems;
  if (publicKey['type'] !== 'public' || publicKey['extractable'] === false) {
    problems.push([
      'dpop.keyPair.publicKey',
      'must be a public key that is extractable: it travels with every proof',
    ]);
  }
  try {
    const signing = signingKeyOf({ key: privateKey, ...(algorithm !== undefined && { algorithm }) });
    if (!DPOP_ALGORITHMS.includes(signing.algorithm)) {
      problems.push([
        'dpop.keyPair',
        `would sign with ${signing.algorithm}: ${DPOP_ALGORITHMS.join(', ')} are possible`,
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
    problems.push(['clientId', "must not hold a colon where dialect.basicCredentials is 'raw'"]);
  }
  if (asObject(config.api)['auth'] !== undefined) {
    problems.push(['api.auth', 'would replace the token by Basic credentials: remove it']);
  }
  if (asObject(config.tokenRequest?.axios)['auth'] !== undefined) {
    problems.push([
      'tokenRequest.axios.auth',
      'would replace the client authentication: use clientId and clientSecret',
    ]);
  }
  return problems;
}

/** A problem of a configuration, and the option it is about. */
export type RuleProblem = readonly [key: string, problem: string];
