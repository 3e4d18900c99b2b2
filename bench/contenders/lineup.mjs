/** All contenders by file name, in the order of the first round. */
export const LINEUP = [
  'bare-axios',
  'nestjs-client-credentials',
  'plain-http-service',
  'nestjs-client-credentials-nest',
  'hand-written-interceptor',
  'axios-token-interceptor',
  'axios-auth-refresh',
  'axios-oauth-client',
  'badgateway-oauth2-client',
  'simple-oauth2',
  'openid-client',
  'msal-node',
  'google-auth-library',
  'azure-core-rest-pipeline',
  'bare-fetch',
  'nestjs-client-credentials-fetch',
  'hand-written-fetch',
  'badgateway-fetch',
  'openid-client-fetch',
  'bare-undici',
  'nestjs-client-credentials-undici',
  'hand-written-undici',
  'undici-oidc-interceptor',
];

/** Baselines of the comparison. */
export const BASELINES = ['bare-axios', 'plain-http-service', 'bare-fetch', 'bare-undici'];

/** This library, with axios, with Nest, with fetch and with undici. */
export const OURS = [
  'nestjs-client-credentials',
  'nestjs-client-credentials-nest',
  'nestjs-client-credentials-fetch',
  'nestjs-client-credentials-undici',
];

export async function contenderOf(id) {
  const { contender } = await import(`./${id}.mjs`);
  return { id, lacks: {}, client: 'axios', floor: 'bare-axios', ...contender };
}

/**
 * Reason why a contender skips a scenario, or `undefined`. A scenario needs some of these features:
 *
 * - `axios`: authorizes calls of an axios instance
 * - `interceptors`: does so with interceptors
 * - `getToken`: returns its token
 * - `acquiring`: requests tokens itself
 * - `renewing`: renews tokens in its own way, not in another contender's
 * - `coldCalls`: requests the first token without an API response
 * - `many`: caches many tokens; `eviction`: evicts the least used ones
 * - `sharedStore`: shares tokens through Redis
 */
export function reasonToAbstain({ lacks }, needs) {
  const missing = needs.find((need) => lacks[need] !== undefined);
  return missing && lacks[missing];
}
