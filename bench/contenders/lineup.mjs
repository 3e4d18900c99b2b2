/** All contenders, by the names of their files, in the order in which the first round asks them. */
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

/** What the others are measured against. */
export const BASELINES = ['bare-axios', 'plain-http-service'];

/** This library, in the forms in which it is used. */
export const OURS = ['nestjs-client-credentials', 'nestjs-client-credentials-nest'];

export async function contenderOf(id) {
  const { contender } = await import(`./${id}.mjs`);
  return { id, lacks: {}, floor: 'bare-axios', ...contender };
}

/**
 * What a contender may lack, and hence what scenarios it is left out of.
 *
 * - `axios`: authorizes the calls of an axios instance
 * - `interceptors`: does so by interceptors
 * - `getToken`: hands out its token
 * - `acquiring`: asks for tokens itself
 * - `renewing`: does so in a way that is not another contender's
 * - `coldCalls`: needs no answer of an API before it asks for the first one
 * - `many`: keeps many tokens; `eviction`: forgets the least used ones
 * - `sharedStore`: shares them by way of Redis
 */
export function reasonToAbstain({ lacks }, needs) {
  const missing = needs.find((need) => lacks[need] !== undefined);
  return missing && lacks[missing];
}
