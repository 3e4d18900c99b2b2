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
];

/** Baselines of the comparison. */
export const BASELINES = ['bare-axios', 'plain-http-service'];

/** This library, with axios and with Nest. */
export const OURS = ['nestjs-client-credentials', 'nestjs-client-credentials-nest'];

export async function contenderOf(id) {
  const { contender } = await import(`./${id}.mjs`);
  return { id, lacks: {}, floor: 'bare-axios', ...contender };
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
