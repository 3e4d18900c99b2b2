import type { KeyObject, webcrypto } from 'node:crypto';
import type { JsonValue } from './dialect.js';

/**
 * A client secret. Of several, each is tried in the order given until the provider takes one; the one it took is
 * tried first from then on. That is how a secret is rotated without a gap.
 */
export type Secret = string | string[];

/** A value, or a function that reads it when it is needed. */
export type Lazy<T> = T | (() => T | Promise<T>);

/** One attempt at a token request, before it is sent. A {@link ClientAuthentication} may change any of it. */
export interface TokenRequestAttempt {
  /** The address the request goes to, without the parameters of a query encoding. */
  url: string;
  /** The method of the request. */
  method: 'POST' | 'GET';
  /** Header names and values. */
  headers: Record<string, string>;
  /** Parameters by the names they are sent under. An array is sent as a repeated parameter, in JSON as an array. */
  parameters: Record<string, JsonValue>;
}

/**
 * Proves to the token endpoint who asks. Called for every attempt, retries included, so that a proof is never sent
 * twice. What it adds counts as a secret in every output.
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

/**
 * The built-in ways of client authentication, by their names in the OAuth token endpoint authentication method
 * registry:
 *
 * - `client_secret_basic`, `client_secret_post`: id and secret in the `Authorization` header, or among the parameters (RFC 6749 §2.3.1)
 * - `client_secret_jwt`: a JWT signed with the secret, which is not sent itself (RFC 7523 §2.2)
 * - `private_key_jwt`: a JWT signed with a private key, or a ready-made one (RFC 7523 §2.2)
 * - `tls_client_auth`, `self_signed_tls_client_auth`: a client certificate (RFC 8705 §2); they look the same on the wire
 * - `none`: a public client's id alone
 */
export type ClientAuthenticationMethod =
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'client_secret_jwt'
  | 'private_key_jwt'
  | 'tls_client_auth'
  | 'self_signed_tls_client_auth'
  | 'none';

/**
 * A private key that signs client assertions.
 *
 * @example
 * ```ts
 * const privateKey: PrivateKey = { key: '/var/run/secrets/billing/key.pem', kid: '2026-11' };
 * ```
 * @see RFC 7523 §2.2
 */
export interface PrivateKey {
  /**
   * The key: PEM, a JWK, a `KeyObject` or a `CryptoKey`; or the path of a file that holds PEM or a JWK. A file is read for every
   * acquisition, so that a new key is picked up without a restart.
   */
  key: string | JsonWebKey | KeyObject | webcrypto.CryptoKey;
  /**
   * The key's id, for the header of the assertion.
   *
   * @defaultValue that of the JWK, if it has one
   */
  kid?: string;
  /**
   * What it signs with: `ES256`, `RS256`, `PS256`, `EdDSA` and the like.
   *
   * @defaultValue `assertion.algorithm`, then what the JWK says, then what is usual for the kind of key: `RS256` for RSA, `ES256` for P-256, `EdDSA` for Ed25519
   */
  algorithm?: string;
}

/** A JSON Web Key (RFC 7517), as far as it matters here. */
export interface JsonWebKey {
  kty?: string;
  kid?: string;
  alg?: string;
  [parameter: string]: unknown;
}

/** What a client assertion says and how it is signed. */
export interface AssertionOptions {
  /**
   * Whom it is for.
   *
   * @defaultValue the issuer if `issuer` is configured, else the token endpoint
   */
  audience?: string;
  /**
   * What it is signed with.
   *
   * @defaultValue by the key; `HS256` for `client_secret_jwt`
   */
  algorithm?: string;
  /**
   * Seconds for which it is good.
   *
   * @defaultValue 60
   */
  lifetimeSeconds?: number;
  /** More header parameters, such as `x5t`. */
  header?: Record<string, JsonValue>;
  /** More claims. `iss`, `sub`, `aud`, `jti`, `iat` and `exp` are the library's. */
  claims?: Record<string, JsonValue>;
}

/**
 * A client assertion that somebody else makes: a file, such as a projected token of Kubernetes, or a function. It is read
 * for every acquisition.
 *
 * @see RFC 7523 §2.2
 */
export type ClientAssertion = { file: string } | (() => string | Promise<string>);

/**
 * A client certificate. Each part is PEM, or the path of a PEM file; files are read for every acquisition, so that a rotated
 * certificate is picked up without a restart.
 *
 * @example
 * ```ts
 * const certificate: Certificate = { cert: '/etc/tls/tls.crt', key: '/etc/tls/tls.key', ca: '/etc/tls/ca.crt' };
 * ```
 * @see RFC 8705
 */
export interface Certificate {
  /** The certificate, followed by its chain if it has one. */
  cert: string;
  /** Its private key. */
  key: string;
  /** The authorities to trust, instead of those that Node knows. */
  ca?: string | string[];
  /** What the private key is encrypted with. */
  passphrase?: string;
}

/**
 * How tokens are bound to a key (RFC 9449).
 *
 * @see RFC 9449 §4, §5
 */
export interface DpopOptions {
  /**
   * What proofs are signed with: `ES256`, `Ed25519`, `PS256` or `RS256`.
   *
   * @defaultValue that of the key pair, or `ES256`
   */
  algorithm?: string;
  /**
   * The key pair. The public key must be extractable, as it travels with every proof.
   *
   * @defaultValue one that is made when the first token is asked for, and ends with the process
   */
  keyPair?:
    | { privateKey: webcrypto.CryptoKey; publicKey: webcrypto.CryptoKey }
    | { privateKey: KeyObject; publicKey: KeyObject };
}
