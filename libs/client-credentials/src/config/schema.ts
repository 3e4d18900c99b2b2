import { z } from 'zod';
import { MAX_TIMER_MS } from '../base/abort.js';
import { axiosOptions } from './axios-options.js';
import {
  aFunction,
  filledText,
  json,
  optionsOf,
  positiveSeconds,
  seconds,
  text,
  textOrList,
  wholeNumber,
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
  ...credentialChecks,
  scope: textOrList.optional(),
  audience: filledText.optional(),
  resource: textOrList.optional(),
  parameters: z
    .union([z.record(z.string(), json), aFunction], {
      error: 'must be an object of values, or a function that returns one',
    })
    .optional(),
  dialect: dialectSchema.optional(),
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

function optional(checks: Readonly<Record<string, z.ZodType>>): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(checks).map(([name, check]) => [name, check.optional()]));
}

/** A provider with tenants. No other option is required: each tenant may have its own. */
export const tenantProviderSchema: z.ZodType = optionsOf({ ...optional(provider), ...tenantOptions });

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
