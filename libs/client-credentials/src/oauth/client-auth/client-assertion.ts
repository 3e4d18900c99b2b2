import type { JWTHeaderParameters, JWTPayload } from 'jose';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { AssertionOptions, ClientAssertion } from '../../config/credentials.js';
import type { SigningKey } from '../../config/signing-key.js';
import { UnusableInput } from './private-key.js';

/** The key of an assertion, with its algorithm. */
export interface AssertionKey extends Pick<SigningKey, 'algorithm'> {
  readonly key: SigningKey['key'] | Uint8Array;
  readonly kid?: string | undefined;
}

/** Who asserts what to whom. */
export interface AssertionClaims {
  readonly issuer: string;
  readonly subject: string | undefined;
  readonly audience: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

const DEFAULT_LIFETIME_SECONDS = 60;
// RFC 7519 §3: three parts in base64url.
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** Signs an assertion with a new `jti`: a server may accept each `jti` once. @see RFC 7523 §3 */
export async function signAssertion(
  { key, kid, algorithm }: AssertionKey,
  { issuer, subject, audience, now }: AssertionClaims,
  {
    lifetimeSeconds = DEFAULT_LIFETIME_SECONDS,
    header,
    claims,
  }: Pick<AssertionOptions, 'lifetimeSeconds' | 'header' | 'claims'>,
): Promise<string> {
  const { SignJWT } = await import('../../base/jose.js');
  const issuedAt = Math.floor(now / 1000);
  const payload: JWTPayload = {
    ...claims,
    iss: issuer,
    ...(subject !== undefined && { sub: subject }),
    aud: audience,
    jti: randomUUID(),
    iat: issuedAt,
    exp: issuedAt + Math.ceil(lifetimeSeconds),
  };
  const protectedHeader: JWTHeaderParameters = {
    ...(kid !== undefined && { kid }),
    ...header,
    alg: algorithm,
  };
  return new SignJWT(payload).setProtectedHeader(protectedHeader).sign(key);
}

/** Reads the `clientAssertion` option. */
export async function readAssertion(configured: ClientAssertion): Promise<string> {
  const given: unknown =
    typeof configured === 'function' ? await configured() : await readFile(configured.file, 'utf8');
  const assertion = typeof given === 'string' ? given.trim() : '';
  if (!JWT.test(assertion))
    throw new UnusableInput('clientAssertion did not give a signed JWT: return the JWT as a string');
  return assertion;
}
