import type { Clock } from '../../base/clock.js';
import { authenticationMethodOf } from '../../config/authentication-method.js';
import type { Lazy, Secret } from '../../config/credentials.js';
import type { Provider } from '../../config/resolve.js';
import type { CertificateSource, ClientCertificate } from './certificate.js';
import { readAssertion, signAssertion, type AssertionKey } from './client-assertion.js';
import {
  clientAssertion,
  clientIdAlone,
  clientSecretBasic,
  clientSecretPost,
  type Authenticate,
} from './methods.js';
import { UnusableInput } from './private-key.js';

import type { ReadInput } from './private-key.js';
import { isFile, readPrivateKey } from './private-key.js';

/** One way in which the client can prove who it is. */
interface ClientProof {
  /** Tells it from others of the client. It may be a secret itself. */
  readonly id: string;
  /** What no error may show. */
  readonly secrets: readonly string[];
  readonly authenticate: Authenticate;
}

/** One credential of a client: a proof, and the certificate it is presented with. */
export interface Credential extends ClientProof {
  readonly certificate: ClientCertificate | undefined;
}

/** Where a client's credentials come from. */
export interface CredentialSource {
  /** Those to try, in order: the one that was accepted last comes first. `again`: what may have changed is read anew. */
  read(input: ReadInput, again: boolean): Promise<readonly Credential[]>;
  /** Notes which one the provider took. The answer is whether it took another one before. */
  accept(credential: Credential): boolean;
  /** Whether reading again may bring another one. */
  readonly mayChange: boolean;
}

/** Makes the credentials of a client from its configuration. */
export function credentialSourceOf(
  provider: Provider,
  certificates: CertificateSource | undefined,
  clock: Clock,
): CredentialSource {
  const proofs = proofsOf(provider, clock);
  let accepted: string | undefined;
  return {
    mayChange: proofs.mayChange || certificates?.mayChange === true,
    async read(input, again) {
      const certificate = again
        ? certificates && (await input('The certificate', () => certificates.read()))
        : certificates?.current;
      const read = await input(proofs.what, () => proofs.read());
      return read
        .map((proof) => ({ ...proof, id: JSON.stringify([proof.id, certificate?.thumbprint]), certificate }))
        .toSorted((a, b) => Number(b.id === accepted) - Number(a.id === accepted));
    },
    accept({ id }) {
      const isAnother = proofs.isEphemeral !== true && accepted !== undefined && accepted !== id;
      accepted = id;
      return isAnother;
    },
  };
}

interface ClientProofs {
  /** What an error calls them. */
  readonly what: string;
  readonly mayChange: boolean;
  /** Whether there is another one every time anyway, so that a change means nothing. */
  readonly isEphemeral?: true;
  read(): Promise<readonly ClientProof[]>;
}

function proofsOf(provider: Provider, clock: Clock): ClientProofs {
  const { config, dialect } = provider;
  const { clientId, clientSecret, privateKey, assertion = {} } = config;
  const client = { clientId, dialect };
  const method = authenticationMethodOf(config);
  const signed = (key: AssertionKey): Authenticate =>
    clientAssertion(
      client,
      (audience) => signAssertion(key, { clientId, audience, now: clock.now() }, assertion),
      assertion.audience,
    );
  const secretProofs = (authenticateWith: (secret: string) => Authenticate): ClientProofs => ({
    what: 'The client secret',
    mayChange: typeof clientSecret === 'function',
    read: async () =>
      (await readSecrets(clientSecret)).map((secret) => ({
        id: secret,
        secrets: [secret],
        authenticate: authenticateWith(secret),
      })),
  });

  if (typeof method === 'function') return ownProofs(provider, method);
  switch (method) {
    case 'client_secret_basic':
      return secretProofs((secret) => clientSecretBasic(client, secret));
    case 'client_secret_post':
      return secretProofs((secret) => clientSecretPost(client, secret));
    case 'client_secret_jwt':
      return secretProofs((secret) => {
        const { algorithm = 'HS256' } = assertion;
        return signed({ key: new TextEncoder().encode(secret), algorithm });
      });
    case 'private_key_jwt':
      if (privateKey === undefined) return readyMadeProofs(provider);
      return {
        what: 'The private key',
        mayChange: typeof privateKey === 'function' || isFile(privateKey),
        read: async () => {
          const key = await readPrivateKey(privateKey, assertion.algorithm);
          return [{ id: key.id, secrets: [], authenticate: signed(key) }];
        },
      };
    case 'tls_client_auth':
    case 'self_signed_tls_client_auth':
    case 'none':
      return {
        what: 'The client id',
        mayChange: false,
        read: async () => [{ id: method, secrets: [], authenticate: clientIdAlone(client) }],
      };
  }
}

/** A function of the configuration. It brings its own secrets; one that is configured beside it is not to be shown either. */
function ownProofs({ config }: Provider, authenticate: Authenticate): ClientProofs {
  return {
    what: 'The client secret',
    mayChange: false,
    read: async () => [{ id: 'own', secrets: await readSecrets(config.clientSecret), authenticate }],
  };
}

/** An assertion that is made elsewhere. What it says is not this library's business. */
function readyMadeProofs({ config, dialect }: Provider): ClientProofs {
  const { clientId, clientAssertion: configured } = config;
  return {
    what: 'The client assertion',
    mayChange: true,
    isEphemeral: true,
    read: async () => {
      if (configured === undefined) return [];
      const assertion = await readAssertion(configured);
      const authenticate = clientAssertion({ clientId, dialect }, () => assertion);
      return [{ id: assertion, secrets: [assertion], authenticate }];
    },
  };
}

/** Secrets as the configuration names them: one, several, or what a function gives; none if it names none. */
async function readSecrets(configured: Lazy<Secret> | undefined): Promise<readonly string[]> {
  if (configured === undefined) return [];
  const given: unknown = typeof configured === 'function' ? await configured() : configured;
  const items = [given].flat();
  const secrets = items.filter((item): item is string => typeof item === 'string' && item !== '');
  if (secrets.length === 0 || secrets.length < items.length) {
    throw new UnusableInput(
      'clientSecret gave something else than a string that is not empty, or a list of these',
    );
  }
  return secrets;
}
