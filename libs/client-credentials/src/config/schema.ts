import { z } from 'zod';
import { MAX_TIMER_MS } from '../base/abort.js';
import { isObject } from '../base/objects.js';
import { axiosOptions } from './axios-options.js';
import {
  CLIENT_AUTHENTICATION_METHODS,
  DPOP_ALGORITHMS,
  type AssertionOptions,
  type Certificate,
  type ClientAssertion,
  type DpopOptions,
  type PrivateKey,
} from './credentials.js';
import {
  STANDARD_PARAMETERS,
  type AuthorizationDialect,
  type Dialect,
  type ResponseDialect,
} from './dialect.js';
import type {
  ClientCredentialsOptions,
  ProviderConfig,
  TenantCacheOptions,
  TenantConfig,
  TenantProviderConfig,
} from './options.js';
import type { LifetimeOptions, ReacquireOptions, TokenRequestOptions } from './provider-options.js';

/** One check for every option of `T`: an option without a check does not compile, nor a check without an option. */
type ChecksOf<T> = Record<keyof T, z.ZodType>;

const CENTURY_SECONDS = 100 * 365 * 86_400;

// LRUCache allocates arrays of this length at once.
const MAX_TENANTS = 1_000_000;

const aFunction = z.custom<(...args: never[]) => unknown>(
  (value) => typeof value === 'function',
  'must be a function',
);
const text = z.string({ error: ({ input }) => (input === undefined ? 'is required' : 'must be a string') });
const filledText = text.min(1, 'must not be empty');
const textOrList = z.union([text, z.array(text)], { error: 'must be a string or a list of strings' });
const number = z
  .number({ error: 'must be a number of seconds' })
  .max(CENTURY_SECONDS, 'must be at most 100 years');
const seconds = number.nonnegative('must not be negative');
const positiveSeconds = number.positive('must be more than 0');
const wholeNumber = z
  .number({ error: 'must be a whole number' })
  .int('must be a whole number')
  .min(1, 'must be at least 1');
const headers = z.record(z.string(), text, { error: 'must be an object of header names and values' });
const json = z.json({ error: 'must be a JSON value' });
const jsonValues = z.record(z.string(), json, { error: 'must be an object of JSON values' });

/** An object with exactly these options. */
function optionsOf<T extends z.ZodRawShape>(shape: T): z.ZodObject<T, z.core.$strict> {
  return z.strictObject(shape, { error: 'must be an object of options' });
}

/** One of several strings; the error lists them. */
function oneOf<const T extends readonly [string, ...string[]]>(
  ...words: T
): z.ZodEnum<z.core.util.ToEnum<T[number]>> {
  return z.enum(words, { error: `must be one of ${quoted(words)}` });
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
}

/** Problems that Zod found with a value, each at the option that has it. */
export function problemsWith(schema: z.ZodType, value: unknown): { path: PropertyKey[]; message: string }[] {
  return (schema.safeParse(value).error?.issues ?? []).flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          path: [...issue.path, key],
          message: 'is no option here; check the spelling',
        }))
      : [{ path: issue.path, message: issue.message }],
  );
}

/** Options, or a function that returns them later; its result is checked when it is read. */
function orFunction(options: z.ZodType): z.ZodType {
  return unless((value) => typeof value === 'function', options);
}

/** Options, or an alternative value. A Zod union would report its own path instead of the wrong option's. */
function unless(isAlternative: (value: unknown) => boolean, options: z.ZodType): z.ZodType {
  return z.unknown().superRefine((value, context) => {
    if (isAlternative(value)) return;
    for (const problem of problemsWith(options, value)) context.addIssue({ code: 'custom', ...problem });
  });
}

const response = {
  accessToken: text.optional(),
  expiresIn: filledText.optional(),
  expiresUnit: oneOf('seconds', 'milliseconds', 'epoch-seconds', 'epoch-milliseconds', 'iso-8601').optional(),
  tokenType: filledText.optional(),
  scope: filledText.optional(),
  apiBaseURL: filledText.optional(),
  error: filledText.optional(),
  errorDescription: filledText.optional(),
  isError: aFunction.optional(),
} satisfies ChecksOf<ResponseDialect>;

const authorization = {
  header: filledText.optional(),
  scheme: text.optional(),
  query: filledText.optional(),
  format: aFunction.optional(),
} satisfies ChecksOf<AuthorizationDialect>;

const dialect = {
  method: oneOf('POST', 'GET').optional(),
  requestEncoding: oneOf('form', 'json', 'query').optional(),
  grantType: filledText.nullable().optional(),
  parameterNames: z
    .partialRecord(oneOf(...STANDARD_PARAMETERS), filledText.nullable(), {
      error: 'must be an object of parameter names',
    })
    .optional(),
  scopeSeparator: filledText.optional(),
  basicCredentials: oneOf('form-encoded', 'raw').optional(),
  basicScheme: filledText.optional(),
  headers: headers.optional(),
  response: optionsOf(response).optional(),
  authorization: optionsOf(authorization).optional(),
  apiHeaders: headers.optional(),
} satisfies ChecksOf<Dialect>;

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
  keyPair: z.strictObject(keyPair, { error: 'must have a privateKey and a publicKey' }).optional(),
} satisfies ChecksOf<DpopOptions>;

const lifetime = {
  refreshAheadSeconds: seconds.optional(),
  expirySkewSeconds: seconds.optional(),
  defaultSeconds: positiveSeconds.optional(),
  maxSeconds: positiveSeconds.optional(),
} satisfies ChecksOf<LifetimeOptions>;

const tokenRequest = {
  timeoutMs: wholeNumber.max(MAX_TIMER_MS, `must be at most ${MAX_TIMER_MS}`).optional(),
  attempts: wholeNumber.optional(),
  axios: axiosOptions.optional(),
} satisfies ChecksOf<TokenRequestOptions>;

const reacquire = {
  on: aFunction.optional(),
  cooldownSeconds: seconds.optional(),
} satisfies ChecksOf<ReacquireOptions>;

const issuance = {
  limit: wholeNumber,
  windowSeconds: positiveSeconds,
} satisfies ChecksOf<NonNullable<ProviderConfig['issuance']>>;

const provider = {
  tokenUrl: text.optional(),
  issuer: text.optional(),
  clientId: filledText,
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
  dpop: unless((value) => value === true, optionsOf(dpop)).optional(),
  scope: textOrList.optional(),
  audience: filledText.optional(),
  resource: textOrList.optional(),
  parameters: z
    .union([z.record(z.string(), json), aFunction], {
      error: 'must be an object of values, or a function that returns one',
    })
    .optional(),
  dialect: optionsOf(dialect).optional(),
  lifetime: optionsOf(lifetime).optional(),
  tokenRequest: optionsOf(tokenRequest).optional(),
  api: axiosOptions.optional(),
  allowedOrigins: z.array(text, { error: 'must be a list of origins' }).optional(),
  reacquire: optionsOf(reacquire).optional(),
  issuance: optionsOf(issuance).optional(),
  tokenFor: aFunction.optional(),
} satisfies ChecksOf<TenantConfig>;

export const providerSchema: z.ZodType = optionsOf(provider);

const tenantCache = {
  max: wholeNumber.max(MAX_TENANTS, `must be at most ${MAX_TENANTS}`).optional(),
  ttlSeconds: seconds.optional(),
} satisfies ChecksOf<TenantCacheOptions>;

const tenantOptions = {
  tenants: aFunction,
  tenantCache: optionsOf(tenantCache).optional(),
} satisfies ChecksOf<Omit<TenantProviderConfig, keyof TenantConfig>>;

/** A provider with tenants. No other option is required: each tenant may have its own. */
export const tenantProviderSchema: z.ZodType = optionsOf(provider).partial().extend(tenantOptions);

const options = {
  providers: z.record(z.string().min(1, 'must have a name for each provider'), z.unknown(), {
    error: 'must be an object of providers by name',
  }),
  store: z
    .looseObject({ get: aFunction, set: aFunction, delete: aFunction }, { error: 'must be a TokenStore' })
    .optional(),
  warmUp: z
    .union([z.boolean(), z.array(text)], { error: 'must be true, false or a list of provider names' })
    .optional(),
  clock: z.looseObject({ now: aFunction }, { error: 'must have a function now()' }).optional(),
} satisfies ChecksOf<ClientCredentialsOptions>;

export const optionsSchema: z.ZodType = optionsOf(options);
