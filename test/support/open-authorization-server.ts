import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { JSONWebKeySet } from 'jose';
import {
  Provider,
  type AdapterPayload,
  type ClientMetadata,
  type Configuration,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import type { CertificateAuthority } from './certificate-authority.js';
import { listen } from './listen.js';

/** How the server is set up. */
export interface OpenServerOptions {
  clients: ClientMetadata[];
  /** Serve over TLS with a certificate of this authority, which is also the one that client certificates come from. */
  authority?: CertificateAuthority;
  /** Announce a token endpoint of its own for clients with a certificate. */
  hasMtlsAlias?: boolean;
  /** Ask for a nonce in each DPoP proof. */
  needsNonce?: boolean;
}

/** A request that the server got. */
interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Whether it came by the alias for clients with a certificate. */
  readonly isMtls: boolean;
}

/** A certified OpenID provider that hands out JWTs, bound where they are to be, for {@link AUDIENCE}. */
export interface OpenAuthorizationServer extends AsyncDisposable {
  readonly issuer: string;
  readonly tokenUrl: string;
  /** The keys that its tokens are signed with. */
  readonly jwks: JSONWebKeySet;
  readonly requests: readonly SeenRequest[];
  /** The requests of the token endpoint. */
  readonly tokenRequests: readonly SeenRequest[];
  /** The requests of the metadata. */
  readonly discoveryRequests: readonly SeenRequest[];
  /** Registers a client anew: with another secret, key or certificate. */
  register(client: ClientMetadata): void;
  close(): Promise<void>;
}

/** The API that tokens are for. */
export const AUDIENCE = 'urn:documents';

const KID = 'signing';

/** Starts an authorization server as others run it, on loopback. */
export async function openAuthorizationServer(options: OpenServerOptions): Promise<OpenAuthorizationServer> {
  const { authority } = options;
  const tls = authority && { ...(await authority.issueServer()), ca: authority.cert, requestCert: true };
  const requests: SeenRequest[] = [];
  let answer: RequestListener = () => undefined;
  const handler =
    (isMtls: boolean): RequestListener =>
    (request, response) => {
      requests.push({ path: request.url ?? '', headers: request.headers, isMtls });
      answer(request, response);
    };
  const main = await listen(handler(false), tls && { ...tls, rejectUnauthorized: false });
  const alias = options.hasMtlsAlias === true && tls ? await listen(handler(true), tls) : undefined;

  const clients = new Map<string, ClientMetadata>();
  for (const client of options.clients) register(clients, client);
  const signing = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = { ...signing.privateKey.export({ format: 'jwk' }), alg: 'ES256', kid: KID };
  const provider = new Provider(main.url, { ...configurationFor(options, clients), jwks: { keys: [key] } });
  if (alias !== undefined) announceAlias(provider, `${alias.url}/token`);
  const callback = provider.callback();
  answer = (request, response) => void callback(request, response);

  const close = async (): Promise<void> => {
    await Promise.all([main.close(), alias?.close()]);
  };
  return {
    issuer: main.url,
    tokenUrl: `${main.url}/token`,
    jwks: { keys: [{ ...signing.publicKey.export({ format: 'jwk' }), kid: KID }] },
    requests,
    get tokenRequests() {
      return requests.filter(({ path }) => path === '/token');
    },
    get discoveryRequests() {
      return requests.filter(({ path }) => path.includes('/.well-known/'));
    },
    register: (client) => register(clients, client),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The provider knows nothing of aliases, so that they are added to what it announces. */
function announceAlias(provider: Provider, tokenUrl: string): void {
  provider.use(async (context, next) => {
    await next();
    if (context.path !== '/.well-known/openid-configuration') return;
    Object.assign(context.body as object, { mtls_endpoint_aliases: { token_endpoint: tokenUrl } });
  });
}

/** As JSON, since the provider takes nothing from another realm, as keys are that Node exports. */
function register(clients: Map<string, ClientMetadata>, client: ClientMetadata): void {
  clients.set(client.client_id, JSON.parse(JSON.stringify(client)) as ClientMetadata);
}

function configurationFor(
  { needsNonce = false }: OpenServerOptions,
  clients: Map<string, ClientMetadata>,
): Configuration {
  return {
    adapter: adapterOver(clients),
    clientDefaults: {
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      id_token_signed_response_alg: 'ES256',
    },
    clientAuthMethods: [
      'client_secret_basic',
      'client_secret_post',
      'client_secret_jwt',
      'private_key_jwt',
      'tls_client_auth',
      'self_signed_tls_client_auth',
    ],
    enabledJWA: {
      clientAuthSigningAlgValues: ['HS256', 'ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'],
      dPoPSigningAlgValues: ['ES256', 'Ed25519', 'RS256', 'PS256'],
    },
    ttl: { ClientCredentials: 600 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => needsNonce },
      mTLS: {
        enabled: true,
        certificateBoundAccessTokens: true,
        tlsClientAuth: true,
        selfSignedTlsClientAuth: true,
        getCertificate: (context) => socketOf(context).getPeerX509Certificate?.()?.toString(),
        certificateAuthorized: (context) => socketOf(context).authorized,
        certificateSubjectMatches: (context, _property, expected) =>
          socketOf(context).getPeerX509Certificate?.()?.subject === expected,
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, resource) => ({
          scope: 'read write',
          audience: resource,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  };
}

function socketOf({ req }: KoaContextWithOIDC): TLSSocket {
  return req.socket as TLSSocket;
}

/** What the provider keeps: clients are read anew each time, all else is remembered for good. */
function adapterOver(clients: ReadonlyMap<string, ClientMetadata>): Configuration['adapter'] {
  const kept = new Map<string, AdapterPayload>();
  return (name) => ({
    find: async (id) => (name === 'Client' ? clients.get(id) : kept.get(`${name} ${id}`)),
    upsert: async (id, payload) => void kept.set(`${name} ${id}`, payload),
    destroy: async (id) => void kept.delete(`${name} ${id}`),
    consume: async () => undefined,
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    revokeByGrantId: async () => undefined,
  });
}
