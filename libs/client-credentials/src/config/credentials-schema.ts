import { isObject } from '../base/objects.js';
import {
  both,
  filledText,
  isFunction,
  isText,
  jsonValues,
  listOf,
  oneOf,
  optional,
  optionsOf,
  orFunction,
  positiveSeconds,
  quoted,
  text,
  textOrList,
  unless,
  valueThat,
  type Check,
  type ChecksOf,
} from './checks.js';
import {
  CLIENT_AUTHENTICATION_METHODS,
  DPOP_ALGORITHMS,
  type AssertionOptions,
  type Certificate,
  type ClientAssertion,
  type DpopOptions,
  type PrivateKey,
} from './credentials.js';
import type { JwtBearerGrant } from './grant.js';
import type { TenantConfig } from './options.js';

const secrets = both(
  listOf(filledText, ''),
  valueThat((value) => Array.isArray(value) && value.length > 0, 'must not be empty'),
);

const secret: Check = (value) => {
  if (isText(value)) return filledText(value);
  return Array.isArray(value) ? secrets(value) : aSecret(value);
};

const aSecret = valueThat(
  isFunction,
  'must be a non-empty string, a list of non-empty strings, or a function that returns either',
);

const privateKey = {
  key: valueThat(
    (key) => typeof key === 'string' || isObject(key),
    'must be a PEM, a JWK, a KeyObject, a CryptoKey or the path of a file',
  ),
  kid: optional(filledText),
  algorithm: optional(filledText),
} satisfies ChecksOf<PrivateKey>;

const assertion = {
  audience: optional(filledText),
  algorithm: optional(filledText),
  lifetimeSeconds: optional(positiveSeconds),
  header: optional(jsonValues),
  claims: optional(jsonValues),
} satisfies ChecksOf<AssertionOptions>;

const grant = {
  type: oneOf('jwt_bearer'),
  issuer: optional(filledText),
  subject: optional(filledText),
  audience: optional(filledText),
  claims: optional(orFunction(jsonValues)),
  header: optional(jsonValues),
  lifetimeSeconds: optional(positiveSeconds),
} satisfies ChecksOf<JwtBearerGrant>;

const assertionFile = { file: filledText } satisfies ChecksOf<Extract<ClientAssertion, { file: string }>>;

const certificate = {
  cert: filledText,
  key: filledText,
  ca: optional(textOrList),
  passphrase: optional(text),
} satisfies ChecksOf<Certificate>;

const aKey = valueThat((key) => isObject(key) && 'type' in key, 'must be a CryptoKey or a KeyObject');

const keyPair = { privateKey: aKey, publicKey: aKey } satisfies ChecksOf<NonNullable<DpopOptions['keyPair']>>;

const dpop = {
  algorithm: optional(oneOf(...DPOP_ALGORITHMS)),
  keyPair: optional(optionsOf(keyPair, { message: 'must have a privateKey and a publicKey' })),
} satisfies ChecksOf<DpopOptions>;

type CredentialOption =
  | 'clientSecret'
  | 'clientAuthentication'
  | 'privateKey'
  | 'assertion'
  | 'clientAssertion'
  | 'certificate'
  | 'grant'
  | 'dpop';

/** The checks of the options by which a client authenticates. */
export const credentialChecks: ChecksOf<Pick<TenantConfig, CredentialOption>> = {
  clientSecret: optional(secret),
  clientAuthentication: optional(
    valueThat(
      (value) => isFunction(value) || CLIENT_AUTHENTICATION_METHODS.some((method) => method === value),
      `must be one of ${quoted(CLIENT_AUTHENTICATION_METHODS)}, or a function`,
    ),
  ),
  privateKey: optional(orFunction(optionsOf(privateKey))),
  assertion: optional(optionsOf(assertion)),
  clientAssertion: optional(orFunction(optionsOf(assertionFile))),
  certificate: optional(orFunction(optionsOf(certificate))),
  grant: optional(optionsOf(grant)),
  dpop: optional(unless((value) => value === true, optionsOf(dpop))),
};
