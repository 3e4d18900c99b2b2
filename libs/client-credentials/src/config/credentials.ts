import type { KeyObject, webcrypto } from 'node:crypto';
import type { JsonValue } from './dialect.js';

/**
 * A client secret, or a list of secrets that are tried in order.
 *
 * The secret that the token endpoint accepted last is tried first from then on. A list with the old and the new
 * secret therefore rotates a secret without a failed call.
 */
export type Secret = string | string[];

/** A value, or a function that returns it each time it is needed. */
export type Lazy<T> = T | (() => T | Promise<T>);

/** One attempt at a token request, before it is sent. A {@link ClientAuthentication} may change any of its fields. */
export interface TokenRequestAttempt {
  /** URL of the token endpoint, without parameters that `requestEncoding: 'query'` adds later. Another one must be https, or http on loopback. */
  url: string;
  /** HTTP method of the request. */
  method: 'POST' | 'GET';
  /** Header values by header name. */
  headers: Record<string, string>;
  /**
   * Parameter values by the names under which they are sent.
   *
   * An array is sent as a repeated parameter, or as an array if the body is JSON.
   */
  parameters: Record<string, JsonValue>;
}

/**
 * A function that authenticates the client by changing the attempt in place.
 *
 * The function runs for every attempt, retries included, so that a one-time proof is never sent twice. Every added
 * header and parameter value counts as a secret: no error, log line or event shows such a value.
 *
 * @example
 * ```ts
 * const workday: ClientAuthentication = ({ headers }) => {
 *   headers.authorization = `ID ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
 * };
 * ```
 * @see RFC 6749 §2.3
 */
export type ClientAuthentication = (attempt: TokenRequestAttempt) => void | Promise<void>;

/** Every built-in method of client authentication. The type and the option's check are both made from this list. */
export const CLIENT_AUTHENTICATION_METHODS = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
  'none',
] as const;

/**
 * The built-in methods of client authentication, by their names in the IANA registry "OAuth Token Endpoint
 * Authentication Methods":
 *
 * - `client_secret_basic`, `client_secret_post`: id and secret in the `Authorization` header or among the parameters (RFC 6749 §2.3.1)
 * - `client_secret_jwt`: a JWT signed with the secret; the secret itself is not sent (RFC 7523 §2.2)
 * - `private_key_jwt`: a JWT signed with `privateKey`, or the JWT from `clientAssertion` (RFC 7523 §2.2)
 * - `tls_client_auth`, `self_signed_tls_client_auth`: a client certificate; both send the same request (RFC 8705 §2)
 * - `none`: the client id alone, for a public client
 */
export type ClientAuthenticationMethod = (typeof CLIENT_AUTHENTICATION_METHODS)[number];

/**
 * The private key that signs client assertions.
 *
 * @example
 * ```ts
 * const privateKey: PrivateKey = { key: '/var/run/secrets/billing/key.pem', kid: '2026-11' };
 * ```
 * @see RFC 7523 §2.2
 */
export interface PrivateKey {
  /**
   * The key as PEM, JWK, `KeyObject` or `CryptoKey`, or the path of a file with PEM or a JWK.
   *
   * A file is read for every token request, so that a new key is picked up without a restart.
   */
  key: string | JsonWebKey | KeyObject | webcrypto.CryptoKey;
  /**
   * Key id, sent in the header of the assertion.
   *
   * @defaultValue the `kid` of the JWK, if it has one
   */
  kid?: string;
  /**
   * Signature algorithm, such as `ES256`, `RS256`, `PS256` or `EdDSA`.
   *
   * @defaultValue `assertion.algorithm`, then the `alg` of the JWK, then `RS256` for RSA, `ES256` for P-256, `EdDSA` for Ed25519
   */
  algorithm?: string;
}

/** A JSON Web Key (RFC 7517) with the parameters that this library reads. */
export interface JsonWebKey {
  kty?: string;
  kid?: string;
  alg?: string;
  [parameter: string]: unknown;
}

/** Contents and signature of client assertions. */
export interface AssertionOptions {
  /**
   * The `aud` claim of the assertion.
   *
   * @defaultValue the issuer if `issuer` is configured, else the URL of the token endpoint
   */
  audience?: string;
  /**
   * Signature algorithm of the assertion.
   *
   * @defaultValue the key's usual algorithm; `HS256` for `client_secret_jwt`
   */
  algorithm?: string;
  /**
   * Seconds from signing until the assertion expires.
   *
   * @defaultValue 60
   */
  lifetimeSeconds?: number;
  /** Further header parameters, such as `x5t`. The library sets `alg`. */
  header?: Record<string, JsonValue>;
  /** Further claims. The library sets `iss`, `sub`, `aud`, `jti`, `iat` and `exp`. */
  claims?: Record<string, JsonValue>;
}

/**
 * A client assertion from outside: a file, such as a projected Kubernetes token, or a function.
 *
 * The file is read, or the function called, for every token request.
 *
 * @see RFC 7523 §2.2
 */
export type ClientAssertion = { file: string } | (() => string | Promise<string>);

/**
 * A client certificate and its private key, each as PEM or as the path of a PEM file.
 *
 * Files are read for every token request, so that a rotated certificate is picked up without a restart.
 *
 * @example
 * ```ts
 * const certificate: Certificate = { cert: '/etc/tls/tls.crt', key: '/etc/tls/tls.key', ca: '/etc/tls/ca.crt' };
 * ```
 * @see RFC 8705
 */
export interface Certificate {
  /** The certificate, followed by its chain if there is one. */
  cert: string;
  /** The private key of the certificate. */
  key: string;
  /** Certificate authorities to trust in place of Node's own list. */
  ca?: string | string[];
  /** The passphrase of an encrypted private key. */
  passphrase?: string;
}

/** Every DPoP signature algorithm; `EdDSA` is the older name of `Ed25519` (RFC 9864 §2.2). */
export const DPOP_ALGORITHMS = ['ES256', 'Ed25519', 'EdDSA', 'PS256', 'RS256'] as const;

/**
 * The key that tokens are bound to, and the algorithm of its proofs.
 *
 * @see RFC 9449 §4, §5
 */
export interface DpopOptions {
  /**
   * Signature algorithm of the proofs: `ES256`, `Ed25519`, `PS256` or `RS256`, or `EdDSA` for servers that know only
   * that name of `Ed25519`. The name is sent as it stands.
   *
   * @defaultValue the algorithm of `keyPair` (`Ed25519` for an Ed25519 key); `ES256` without a `keyPair`
   */
  algorithm?: string;
  /**
   * Key pair that signs the proofs. The public key must be extractable: every proof contains it.
   *
   * @defaultValue a new pair per client, made for the first token request and never stored
   */
  keyPair?:
    | { privateKey: webcrypto.CryptoKey; publicKey: webcrypto.CryptoKey }
    | { privateKey: KeyObject; publicKey: KeyObject };
}
