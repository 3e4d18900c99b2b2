import type { Clock } from '../../base/clock.js';
import { invalidConfiguration } from '../../base/errors.js';
import { outerBreakProblem } from '../../config/credential-rules.js';
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
import { isFile, readPrivateKey, UnusableInput, type ReadInput } from './private-key.js';

/** One secret, key or assertion that authenticates the client. */
interface ClientProof {
  /** Identifies this proof among the client's proofs. May itself be a secret. */
  readonly id: string;
  /** Values that no output may show. */
  readonly secrets: readonly string[];
  readonly authenticate: Authenticate;
}

/** One credential of a client: a proof and, if configured, the client certificate. */
export interface Credential extends ClientProof {
  readonly certificate: ClientCertificate | undefined;
}

/** Reads a client's credentials. */
export interface CredentialSource {
  /** Credentials in the order to try, the last accepted first. `again` also reads the certificate again. */
  read(input: ReadInput, again: boolean): Promise<readonly Credential[]>;
  /** Notes the accepted credential; returns whether an earlier request was accepted with another credential. */
  accept(credential: Credential): boolean;
  /** Whether reading again may give another credential. */
  readonly mayChange: boolean;
}

/** Credentials of a client, from its configuration. */
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
      const read = await input(proofs.label, () => proofs.read());
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
  /** Subject of the error message if reading fails. */
  readonly label: string;
  readonly mayChange: boolean;
  /** Whether every read gives a new proof, so that a change is no rotation. */
  readonly isEphemeral?: true;
  read(): Promise<readonly ClientProof[]>;
}

function proofsOf(provider: Provider, clock: Clock): ClientProofs {
  const { config, dialect } = provider;
  const { clientId, clientSecret, privateKey, assertion = {} } = config;
  const client = { clientId, dialect };
  const method = authenticationMethodOf(config);
  const signedWith = (key: AssertionKey): Authenticate =>
    clientAssertion(
      client,
      (audience) => signAssertion(key, { clientId, audience, now: clock.now() }, assertion),
      assertion.audience,
    );
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
    case 'client_secret_basic':
      return secretProofs((secret) => clientSecretBasic(client, secret));
    case 'client_secret_post':
      return secretProofs((secret) => clientSecretPost(client, secret));
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
        read: async () => [{ id: method, secrets: [], authenticate: clientIdAlone(client) }],
      };
  }
}

/** Client authentication by the application's function. A configured `clientSecret` stays hidden from output as well. */
function customProofs({ name, config }: Provider, authenticate: Authenticate): ClientProofs {
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
      const authenticate = clientAssertion({ clientId, dialect }, () => assertion);
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
  const [problem] = secrets.flatMap((secret) => outerBreakProblem(secret) ?? []);
  if (problem !== undefined) throw invalidConfiguration([`clientSecret: ${problem}`], provider);
  return secrets;
}
