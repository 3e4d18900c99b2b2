import type { Clock } from '../../base/clock.js';
import { invalidConfiguration } from '../../base/errors.js';
import { outerBreakProblem } from '../../config/credential-rules.js';
import { authenticationMethodOf } from '../../config/authentication-method.js';
import type { ClientAuthentication, Lazy, Secret } from '../../config/credentials.js';
import type { Provider } from '../../config/resolve.js';
import type { CertificateSource, ClientCertificate } from './certificate.js';
import { readAssertion, signAssertion, type AssertionKey } from './client-assertion.js';
import type { ClientProof, ClientProofs } from './client-proofs.js';
import { withGrant } from './grant-assertion.js';
import {
  clientAssertion,
  clientIdAlone,
  clientSecretBasic,
  clientSecretPost,
  type Authenticate,
} from './methods.js';
import { InputFailure, isFile, readPrivateKey, UnusableInput } from './private-key.js';

/** One credential of a client: a proof and, if configured, the client certificate. */
export interface Credential extends ClientProof {
  readonly certificate: ClientCertificate | undefined;
}

/** Reads a client's credentials. */
export interface CredentialSource {
  /** Whether reading again may give another credential. */
  readonly mayChange: boolean;
  /** Whether every read gives a new credential, so that a change is no rotation. */
  readonly isEphemeral: boolean;
  /** Id of the credential that the token endpoint accepted last. */
  accepted: string | undefined;
  /** `again` also reads the certificate again. Rejects with an {@link InputFailure}. */
  read(again: boolean): Promise<readonly Credential[]>;
}

/** Credentials of a client, from its configuration. */
export function credentialSourceOf(
  provider: Provider,
  certificates: CertificateSource | undefined,
  clock: Clock,
): CredentialSource {
  const client = proofsOf(provider, clock);
  const proofs = provider.config.grant === undefined ? client : withGrant(client, provider, clock);
  return {
    mayChange: proofs.mayChange || certificates?.mayChange === true,
    isEphemeral: proofs.isEphemeral === true,
    accepted: undefined,
    async read(again) {
      let label = 'The certificate';
      try {
        const certificate = again ? await certificates?.read() : certificates?.current;
        label = proofs.label;
        const read = await proofs.read();
        return read.map((proof) => ({
          ...proof,
          id: JSON.stringify([proof.id, certificate?.thumbprint]),
          certificate,
        }));
      } catch (error) {
        throw error instanceof InputFailure ? error : new InputFailure(label, error);
      }
    },
  };
}

function proofsOf(provider: Provider, clock: Clock): ClientProofs {
  const { config, dialect } = provider;
  const { clientId, clientSecret, privateKey, assertion = {} } = config;
  const client = { clientId, dialect };
  const method = authenticationMethodOf(config);
  // The audience names the server (RFC 7523 §3): by its issuer if known, else by the token endpoint.
  const signedWith =
    (key: AssertionKey): Authenticate =>
    async (attempt, issuer) => {
      const audience = assertion.audience ?? issuer ?? attempt.url;
      const signed = await signAssertion(
        key,
        { issuer: clientId, subject: clientId, audience, now: clock.now() },
        assertion,
      );
      clientAssertion(client, signed, attempt);
    };
  const secretProofs = (authenticateWith: (secret: string) => Authenticate): ClientProofs => ({
    label: 'The client secret',
    mayChange: typeof clientSecret === 'function',
    read: async () =>
      (await readSecrets(clientSecret, provider.name)).map((secret) => ({
        id: secret,
        secrets: [secret],
        authenticate: authenticateWith(secret),
      })),
  });

  if (typeof method === 'function') return customProofs(provider, method);
  switch (method) {
    case undefined:
      return {
        label: 'The client id',
        mayChange: false,
        read: async () => [{ id: 'grant', secrets: [], authenticate: () => undefined }],
      };
    case 'client_secret_basic':
      return secretProofs((secret) => (attempt) => clientSecretBasic(client, secret, attempt));
    case 'client_secret_post':
      return secretProofs((secret) => (attempt) => clientSecretPost(client, secret, attempt));
    case 'client_secret_jwt':
      return secretProofs((secret) => {
        const { algorithm = 'HS256' } = assertion;
        return signedWith({ key: new TextEncoder().encode(secret), algorithm });
      });
    case 'private_key_jwt':
      if (privateKey === undefined) return externalAssertionProofs(provider);
      return {
        label: 'The private key',
        mayChange: typeof privateKey === 'function' || isFile(privateKey),
        read: async () => {
          const key = await readPrivateKey(privateKey, assertion.algorithm);
          return [{ id: key.id, secrets: [], authenticate: signedWith(key) }];
        },
      };
    case 'tls_client_auth':
    case 'self_signed_tls_client_auth':
    case 'none':
      return {
        label: 'The client id',
        mayChange: false,
        read: async () => [
          { id: method, secrets: [], authenticate: (attempt) => clientIdAlone(client, attempt) },
        ],
      };
  }
}

/** Client authentication by the application's function. A configured `clientSecret` stays hidden from output as well. */
function customProofs({ name, config }: Provider, configured: ClientAuthentication): ClientProofs {
  const authenticate: Authenticate = async (attempt) => configured(attempt);
  return {
    label: 'The client secret',
    mayChange: false,
    read: async () => [{ id: 'custom', secrets: await readSecrets(config.clientSecret, name), authenticate }],
  };
}

/** The client assertion from the `clientAssertion` option. Its claims are not checked. */
function externalAssertionProofs({ config, dialect }: Provider): ClientProofs {
  const { clientId, clientAssertion: configured } = config;
  return {
    label: 'The client assertion',
    mayChange: true,
    isEphemeral: true,
    read: async () => {
      if (configured === undefined) return [];
      const assertion = await readAssertion(configured);
      const authenticate: Authenticate = (attempt) =>
        clientAssertion({ clientId, dialect }, assertion, attempt);
      return [{ id: assertion, secrets: [assertion], authenticate }];
    },
  };
}

/** The configured secrets: a string, a list or a function's result; empty if not configured. */
async function readSecrets(
  configured: Lazy<Secret> | undefined,
  provider: string,
): Promise<readonly string[]> {
  if (configured === undefined) return [];
  const given: unknown = typeof configured === 'function' ? await configured() : configured;
  const items = [given].flat();
  const secrets = items.filter((item): item is string => typeof item === 'string' && item !== '');
  if (secrets.length === 0 || secrets.length < items.length) {
    throw new UnusableInput(
      'clientSecret did not give a non-empty string or a list of such strings: check the function’s result',
    );
  }
  // Configured texts were checked with the configuration.
  if (typeof configured !== 'function') return secrets;
  const [problem] = secrets.flatMap((secret) => outerBreakProblem(secret) ?? []);
  if (problem !== undefined) throw invalidConfiguration([`clientSecret: ${problem}`], provider);
  return secrets;
}
