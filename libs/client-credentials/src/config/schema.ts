import { z } from 'zod';
import type { ClientAuthenticationMethod } from './credentials.js';
import { isObject } from '../base/objects.js';

const CENTURY_SECONDS = 100 * 365 * 86_400;

// Room for as many is set aside at once.
const MAX_TENANTS = 1_000_000;

// The longest delay that a timer can hold.
const MAX_TIMER_MS = 2 ** 31 - 1;

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
const json = z.json({ error: 'must be a value that JSON can hold' });
const anObject = z.looseObject({}, { error: 'must be an object' });

/** An object of these options and no others. */
function optionsOf<T extends z.ZodRawShape>(shape: T): z.ZodObject<T, z.core.$strict> {
  return z.strictObject(shape, { error: 'must be an object of options' });
}

/** A choice of words; the error lists them. */
function oneOf<const T extends readonly [string, ...string[]]>(
  ...words: T
): z.ZodEnum<z.core.util.ToEnum<T[number]>> {
  return z.enum(words, { error: `must be one of ${words.map((word) => `'${word}'`).join(', ')}` });
}

const standardParameter = oneOf('grant_type', 'client_id', 'client_secret', 'scope', 'audience', 'resource');

const dialect = optionsOf({
  method: oneOf('POST', 'GET').optional(),
  requestEncoding: oneOf('form', 'json', 'query').optional(),
  grantType: filledText.nullable().optional(),
  parameterNames: z
    .partialRecord(standardParameter, filledText.nullable(), {
      error: 'must be an object of parameter names',
    })
    .optional(),
  scopeSeparator: filledText.optional(),
  basicCredentials: oneOf('form-encoded', 'raw').optional(),
  basicScheme: filledText.optional(),
  headers: headers.optional(),
  response: optionsOf({
    accessToken: text.optional(),
    expiresIn: filledText.optional(),
    expiresUnit: oneOf(
      'seconds',
      'milliseconds',
      'epoch-seconds',
      'epoch-milliseconds',
      'iso-8601',
    ).optional(),
    tokenType: filledText.optional(),
    scope: filledText.optional(),
    apiBaseURL: filledText.optional(),
    error: filledText.optional(),
    errorDescription: filledText.optional(),
    isError: aFunction.optional(),
  }).optional(),
  authorization: optionsOf({
    header: filledText.optional(),
    scheme: text.optional(),
    query: filledText.optional(),
    format: aFunction.optional(),
  }).optional(),
  apiHeaders: headers.optional(),
});

const METHODS = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
  'none',
] as const satisfies readonly ClientAuthenticationMethod[];

const aKey = z.custom((key) => isObject(key) && 'type' in key, 'must be a CryptoKey or a KeyObject');

/** What is wrong, in words. */
export function problemOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') return issue.message;
  return `has no option ${issue.keys.map((key) => `"${key}"`).join(', ')}; check the spelling`;
}

/** A function that returns options, which are checked when it does; or the options. */
function orFunction(options: z.ZodType): z.ZodType {
  return unless((value) => typeof value === 'function', options);
}

/** Options, unless the value says something else. A union would not tell which option is wrong. */
function unless(isElse: (value: unknown) => boolean, options: z.ZodType): z.ZodType {
  return z.unknown().superRefine((value, context) => {
    if (isElse(value)) return;
    for (const issue of options.safeParse(value).error?.issues ?? []) {
      context.addIssue({ code: 'custom', path: issue.path, message: problemOf(issue) });
    }
  });
}

const secret = z.union([filledText, z.array(filledText).min(1, 'must not be empty'), aFunction], {
  error:
    'must be a string that is not empty, a list of such strings, or a function that returns one of these',
});

const provider = optionsOf({
  tokenUrl: text.optional(),
  issuer: text.optional(),
  clientId: filledText,
  clientSecret: secret.optional(),
  clientAuthentication: z
    .union([z.enum(METHODS), aFunction], {
      error: `must be one of ${METHODS.map((method) => `'${method}'`).join(', ')}, or a function`,
    })
    .optional(),
  privateKey: orFunction(
    optionsOf({
      key: z.custom(
        (key) => typeof key === 'string' || isObject(key),
        'must be a PEM, a JWK, a key or a path',
      ),
      kid: filledText.optional(),
      algorithm: filledText.optional(),
    }),
  ).optional(),
  assertion: optionsOf({
    audience: filledText.optional(),
    algorithm: filledText.optional(),
    lifetimeSeconds: positiveSeconds.optional(),
    header: z.record(z.string(), json, { error: 'must be an object of values' }).optional(),
    claims: z.record(z.string(), json, { error: 'must be an object of values' }).optional(),
  }).optional(),
  clientAssertion: orFunction(optionsOf({ file: filledText })).optional(),
  certificate: orFunction(
    optionsOf({
      cert: filledText,
      key: filledText,
      ca: textOrList.optional(),
      passphrase: text.optional(),
    }),
  ).optional(),
  dpop: unless(
    (value) => value === true,
    optionsOf({
      algorithm: oneOf('ES256', 'Ed25519', 'EdDSA', 'PS256', 'RS256').optional(),
      keyPair: z
        .strictObject({ privateKey: aKey, publicKey: aKey }, { error: 'must hold privateKey and publicKey' })
        .optional(),
    }),
  ).optional(),
  scope: textOrList.optional(),
  audience: filledText.optional(),
  resource: textOrList.optional(),
  parameters: z
    .union([z.record(z.string(), json), aFunction], { error: 'must be an object of values, or a function' })
    .optional(),
  dialect: dialect.optional(),
  lifetime: optionsOf({
    refreshAheadSeconds: seconds.optional(),
    expirySkewSeconds: seconds.optional(),
    defaultSeconds: positiveSeconds.optional(),
    maxSeconds: positiveSeconds.optional(),
  }).optional(),
  tokenRequest: optionsOf({
    timeoutMs: wholeNumber.max(MAX_TIMER_MS, `must be at most ${MAX_TIMER_MS}`).optional(),
    attempts: wholeNumber.optional(),
    axios: anObject.optional(),
  }).optional(),
  api: anObject.optional(),
  allowedOrigins: z.array(text, { error: 'must be a list of origins' }).optional(),
  reacquire: optionsOf({ on: aFunction.optional(), cooldownSeconds: seconds.optional() }).optional(),
  issuance: optionsOf({ limit: wholeNumber, windowSeconds: positiveSeconds }).optional(),
  tokenFor: aFunction.optional(),
});

export const providerSchema: z.ZodType = provider;

/** What tenants have in common: any of the options may be theirs instead. */
export const tenantProviderSchema: z.ZodType = provider.partial().extend({
  tenants: aFunction,
  tenantCache: optionsOf({
    max: wholeNumber.max(MAX_TENANTS, `must be at most ${MAX_TENANTS}`).optional(),
    ttlSeconds: seconds.optional(),
  }).optional(),
});

export const optionsSchema: z.ZodType = optionsOf({
  providers: z.record(z.string().min(1, 'a provider needs a name'), z.unknown(), {
    error: 'must be an object of providers by their names',
  }),
  store: z
    .looseObject({ get: aFunction, set: aFunction, delete: aFunction }, { error: 'must be a TokenStore' })
    .optional(),
  warmUp: z
    .union([z.boolean(), z.array(text)], { error: 'must be true, false or a list of names' })
    .optional(),
  clock: z.looseObject({ now: aFunction }, { error: 'must have a function now()' }).optional(),
});
