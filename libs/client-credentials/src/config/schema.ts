import { MAX_TIMER_MS } from '../base/abort.js';
import { isObject } from '../base/objects.js';
import { axiosOptions } from './axios-options.js';
import {
  aFunction,
  both,
  filledText,
  isText,
  json,
  listOf,
  optional,
  optionsOf,
  orFunction,
  positiveSeconds,
  seconds,
  text,
  recordOf,
  textOrList,
  valueThat,
  wholeNumber,
  type Check,
  type ChecksOf,
} from './checks.js';
import { credentialChecks } from './credentials-schema.js';
import { dialectSchema } from './dialect-schema.js';
import type {
  ClientCredentialsOptions,
  ProviderConfig,
  TenantCacheOptions,
  TenantConfig,
  TenantProviderConfig,
} from './options.js';
import type { LifetimeOptions, ReacquireOptions, TokenRequestOptions } from './provider-options.js';

// LRUCache allocates arrays of this length at once.
const MAX_TENANTS = 1_000_000;

const lifetime = {
  refreshAheadSeconds: optional(seconds),
  expirySkewSeconds: optional(seconds),
  defaultSeconds: optional(positiveSeconds),
  maxSeconds: optional(positiveSeconds),
} satisfies ChecksOf<LifetimeOptions>;

const tokenRequest = {
  timeoutMs: optional(wholeNumber(MAX_TIMER_MS)),
  attempts: optional(wholeNumber()),
  axios: optional(axiosOptions),
} satisfies ChecksOf<TokenRequestOptions>;

const reacquire = {
  on: optional(aFunction),
  cooldownSeconds: optional(seconds),
} satisfies ChecksOf<ReacquireOptions>;

const issuance = {
  limit: wholeNumber(),
  windowSeconds: positiveSeconds,
} satisfies ChecksOf<NonNullable<ProviderConfig['issuance']>>;

const provider = {
  tokenUrl: optional(text),
  issuer: optional(text),
  clientId: filledText,
  ...credentialChecks,
  scope: optional(textOrList),
  audience: optional(filledText),
  resource: optional(textOrList),
  parameters: optional(
    orFunction(recordOf(json, 'must be an object of values, or a function that returns one')),
  ),
  dialect: optional(dialectSchema),
  lifetime: optional(optionsOf(lifetime)),
  tokenRequest: optional(optionsOf(tokenRequest)),
  api: optional(axiosOptions),
  allowedOrigins: optional(listOf(text, 'must be a list of origins')),
  reacquire: optional(optionsOf(reacquire)),
  issuance: optional(optionsOf(issuance)),
  tokenFor: optional(aFunction),
} satisfies ChecksOf<TenantConfig>;

export const providerSchema: Check = optionsOf(provider);

const tenantCache = {
  max: optional(wholeNumber(MAX_TENANTS)),
  ttlSeconds: optional(seconds),
} satisfies ChecksOf<TenantCacheOptions>;

const tenantOptions = {
  tenants: aFunction,
  tenantCache: optional(optionsOf(tenantCache)),
} satisfies ChecksOf<Omit<TenantProviderConfig, keyof TenantConfig>>;

function allOptional(checks: Readonly<Record<string, Check>>): Record<string, Check> {
  return Object.fromEntries(Object.entries(checks).map(([name, check]) => [name, optional(check)]));
}

/** A provider with tenants. No other option is required: each tenant may have its own. */
export const tenantProviderSchema: Check = optionsOf({ ...allOptional(provider), ...tenantOptions });

/** An object of a user's own class, with at least these members. */
function shapeOf(shape: Readonly<Record<string, Check>>, message: string): Check {
  return optionsOf(shape, { message, unknownName: () => undefined });
}

const options = {
  providers: both(
    recordOf(() => [], 'must be an object of providers by name'),
    (value) =>
      isObject(value) && '' in value ? [{ path: [''], message: 'must have a name for each provider' }] : [],
  ),
  store: optional(
    shapeOf(
      { get: aFunction, set: aFunction, delete: aFunction, maxEntries: optional(wholeNumber()) },
      'must be a TokenStore',
    ),
  ),
  warmUp: optional(
    valueThat(
      (value) => typeof value === 'boolean' || (Array.isArray(value) && value.every(isText)),
      'must be true, false or a list of provider names',
    ),
  ),
  clock: optional(shapeOf({ now: aFunction }, 'must have a function now()')),
} satisfies ChecksOf<ClientCredentialsOptions>;

export const optionsSchema: Check = optionsOf(options);
