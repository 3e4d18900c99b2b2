import type { ClientCredentialsError } from '../base/errors.js';
import type { IssuedToken } from '../token/issued-token.js';
import type { ClientCertificate } from './client-auth/certificate.js';

/** An attempt that brought no token. */
export interface Failure {
  readonly error: ClientCredentialsError;
  /** Whether another attempt may fare better. */
  readonly isRetryable: boolean;
  readonly isZeroLifetime?: boolean;
  /** Whether nobody answered. */
  readonly isUnreachable?: boolean;
  /** Whether the server wants the same once more, with a nonce that it has just told. */
  readonly wantsNonce?: true;
}

/** What came of an attempt. */
export type GrantOutcome = { readonly token: IssuedToken } | Failure;

/** A token belongs to the certificate that it was acquired with, and ends with it: without that nobody can use it. */
export function boundTo({ thumbprint, endsAt }: ClientCertificate, token: IssuedToken): IssuedToken {
  const leftMs = endsAt - token.requested.at;
  // Where the server took one that had ended, its end means nothing.
  const lifetimeMs = leftMs > 0 ? Math.min(leftMs, token.lifetimeMs) : token.lifetimeMs;
  return { ...token, lifetimeMs, boundTo: thumbprint };
}
