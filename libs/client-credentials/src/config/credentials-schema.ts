import { z } from 'zod';
import { isObject } from '../base/objects.js';
import {
  aFunction,
  filledText,
  jsonValues,
  oneOf,
  optionsOf,
  orFunction,
  positiveSeconds,
  quoted,
  text,
  textOrList,
  unless,
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

const secret = z.union([filledText, z.array(filledText).min(1, 'must not be empty'), aFunction], {
  error: 'must be a non-empty string, a list of non-empty strings, or a function that returns either',
});

const privateKey = {
  key: z.custom(
    (key) => typeof key === 'string' || isObject(key),
    'must be a PEM, a JWK, a KeyObject, a CryptoKey or the path of a file',
  ),
  kid: filledText.optional(),
  algorithm: filledText.optional(),
} satisfies ChecksOf<PrivateKey>;

const assertion = {
  audience: filledText.optional(),
  algorithm: filledText.optional(),
  lifetimeSeconds: positiveSeconds.optional(),
  header: jsonValues.optional(),
  claims: jsonValues.optional(),
} satisfies ChecksOf<AssertionOptions>;

const grant = {
  type: oneOf('jwt_bearer'),
  issuer: filledText.optional(),
  subject: filledText.optional(),
  audience: filledText.optional(),
  claims: orFunction(jsonValues).optional(),
  header: jsonValues.optional(),
  lifetimeSeconds: positiveSeconds.optional(),
} satisfies ChecksOf<JwtBearerGrant>;

const assertionFile = { file: filledText } satisfies ChecksOf<Extract<ClientAssertion, { file: string }>>;

const certificate = {
  cert: filledText,
  key: filledText,
  ca: textOrList.optional(),
  passphrase: text.optional(),
} satisfies ChecksOf<Certificate>;

const aKey = z.custom((key) => isObject(key) && 'type' in key, 'must be a CryptoKey or a KeyObject');

const keyPair = { privateKey: aKey, publicKey: aKey } satisfies ChecksOf<NonNullable<DpopOptions['keyPair']>>;

const dpop = {
  algorithm: oneOf(...DPOP_ALGORITHMS).optional(),
  keyPair: optionsOf(keyPair, { message: 'must have a privateKey and a publicKey' }).optional(),
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
  clientSecret: secret.optional(),
  clientAuthentication: z
    .union([z.enum(CLIENT_AUTHENTICATION_METHODS), aFunction], {
      error: `must be one of ${quoted(CLIENT_AUTHENTICATION_METHODS)}, or a function`,
    })
    .optional(),
  privateKey: orFunction(optionsOf(privateKey)).optional(),
  assertion: optionsOf(assertion).optional(),
  clientAssertion: orFunction(optionsOf(assertionFile)).optional(),
  certificate: orFunction(optionsOf(certificate)).optional(),
  grant: optionsOf(grant).optional(),
  dpop: unless((value) => value === true, optionsOf(dpop)).optional(),
};
