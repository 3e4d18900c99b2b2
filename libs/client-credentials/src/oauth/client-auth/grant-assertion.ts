import type { Clock } from '../../base/clock.js';
import { isObject } from '../../base/objects.js';
import { RESERVED_CLAIMS } from '../../config/credential-rules.js';
import type { JsonValue } from '../../config/dialect.js';
import type { JwtBearerGrant } from '../../config/grant.js';
import type { Provider } from '../../config/resolve.js';
import type { SigningKey } from '../../config/signing-key.js';
import type { TokenRequest } from '../../config/token-request.js';
import { signAssertion } from './client-assertion.js';
import type { ClientProof, ClientProofs } from './client-proofs.js';
import type { Authenticate } from './methods.js';
import { InputFailure, isFile, readPrivateKey, UnusableInput } from './private-key.js';

/**
 * The client's proofs with the assertion that is the grant: each is sent together with the proof of the client, if there is one.
 *
 * @see RFC 7523 §2.1
 */
export function withGrant(client: ClientProofs, { config }: Provider, clock: Clock): ClientProofs {
  const { clientId, grant, privateKey, assertion } = config;
  if (grant === undefined || privateKey === undefined) return client;
  const assertedBy =
    (key: SigningKey, { authenticate }: ClientProof): Authenticate =>
    async (attempt, issuer, request) => {
      await authenticate(attempt, issuer, request);
      const { subject, audience = attempt.url } = grant;
      const asserted = { issuer: grant.issuer ?? clientId, subject, audience, now: clock.now() };
      const claims = claimsFor(grant, request);
      attempt.parameters['assertion'] = await signAssertion(key, asserted, { ...grant, claims });
    };
  return {
    label: client.label,
    mayChange: client.mayChange || typeof privateKey === 'function' || isFile(privateKey),
    ...(client.isEphemeral && { isEphemeral: true }),
    async read() {
      const proofs = await client.read();
      const key = await readPrivateKey(privateKey, assertion?.algorithm).catch((error: unknown) => {
        throw new InputFailure('The private key', error);
      });
      return proofs.map((proof) => ({
        ...proof,
        id: JSON.stringify([proof.id, key.id]),
        authenticate: assertedBy(key, proof),
      }));
    },
  };
}

function claimsFor({ claims = {} }: JwtBearerGrant, request: TokenRequest): Record<string, JsonValue> {
  if (typeof claims !== 'function') return claims;
  const made = claims(request);
  const given: unknown = made;
  if (!isObject(given) || RESERVED_CLAIMS.some((name) => name in given)) {
    throw new UnusableInput(
      `grant.claims must return an object of claims without ${RESERVED_CLAIMS.join(', ')}`,
    );
  }
  return made;
}
