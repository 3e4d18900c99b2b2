import type { JsonValue } from './dialect.js';
import type { TokenRequest } from './token-request.js';

/** The grant type of an assertion. @see RFC 7523 §2.1 */
export const JWT_BEARER_GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/**
 * A grant that is a JWT, signed with `privateKey`: how service accounts get tokens.
 *
 * The JWT is signed anew for every attempt, with a fresh `jti`. The client itself authenticates, and its id is sent, only where
 * `clientAuthentication` is named. The key is read again after `invalid_grant` and `invalid_client`.
 *
 * @example
 * ```ts
 * const robot: ProviderConfig = {
 *   tokenUrl: 'https://id.example.com/token',
 *   clientId: 'robot@example.com',
 *   privateKey: { key: '/var/run/secrets/robot/key.pem', kid: '2026-11' },
 *   grant: { type: 'jwt_bearer', subject: 'someone@example.com' },
 * };
 * ```
 * @see RFC 7523 §2.1, §3
 */
export interface JwtBearerGrant {
  type: 'jwt_bearer';
  /**
   * The `iss` claim: who asks.
   *
   * @defaultValue `clientId`
   */
  issuer?: string;
  /**
   * The `sub` claim: on whose behalf.
   *
   * @defaultValue no such claim
   */
  subject?: string;
  /**
   * The `aud` claim: any text that the server goes by.
   *
   * @defaultValue the URL of the token endpoint
   */
  audience?: string;
  /**
   * Further claims, or a function that makes them for the scopes and the audience that are asked for.
   *
   * The library sets `iss`, `sub`, `aud`, `jti`, `iat` and `exp`.
   */
  claims?: Record<string, JsonValue> | ((request: TokenRequest) => Record<string, JsonValue>);
  /** Further header parameters, such as `kid` or `typ`. The library sets `alg`. */
  header?: Record<string, JsonValue>;
  /**
   * Seconds from signing until the JWT expires.
   *
   * @defaultValue 60
   */
  lifetimeSeconds?: number;
}
