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

/** Options of {@link openAuthorizationServer}. */
export interface OpenServerOptions {
  clients: ClientMetadata[];
  /** Authority of the server's TLS certificate and of accepted client certificates. Without it, plain http. */
  authority?: CertificateAuthority;
  /** Whether the metadata have a separate token endpoint for clients with a certificate. */
  hasMtlsAlias?: boolean;
  /** Whether each DPoP proof needs a nonce. */
  needsNonce?: boolean;
}

/** A received request. */
interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** Whether the request used the token endpoint for clients with a certificate. */
  readonly isMtls: boolean;
}

/** A certified OpenID provider that issues JWTs for {@link AUDIENCE}, bound to a key or certificate if requested. */
export interface OpenAuthorizationServer extends AsyncDisposable {
  readonly issuer: string;
  readonly tokenUrl: string;
  /** Public keys of the token signatures. */
  readonly jwks: JSONWebKeySet;
  readonly requests: readonly SeenRequest[];
  /** Requests of the token endpoint. */
  readonly tokenRequests: readonly SeenRequest[];
  /** Requests of the metadata. */
  readonly discoveryRequests: readonly SeenRequest[];
  /** Replaces the registration of a client, such as with another secret, key or certificate. */
  register(client: ClientMetadata): void;
  close(): Promise<void>;
}

/** Audience of the tokens. */
export const AUDIENCE = 'urn:documents';

const KID = 'signing';

/** Starts the `oidc-provider` package as authorization server on loopback. */
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

/** Adds the mTLS alias to the metadata, because `oidc-provider` does not support aliases. */
function announceAlias(provider: Provider, tokenUrl: string): void {
  provider.use(async (context, next) => {
    await next();
    if (context.path !== '/.well-known/openid-configuration') return;
    Object.assign(context.body as object, { mtls_endpoint_aliases: { token_endpoint: tokenUrl } });
  });
}

/** Registers a client as parsed JSON: `oidc-provider` rejects objects of another realm, such as exported keys. */
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

/** Storage of `oidc-provider`: reads clients for each request, keeps everything else for ever. */
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
