import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import axios from 'axios';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  authorizeAxios,
  authorizeFetch,
  TokenManager,
  type Certificate,
  type ProviderConfig,
  type TokenSource,
} from 'nestjs-client-credentials/core';
import { startBindingApi } from './support/binding-api.js';
import { CertificateAuthority, selfSigned, type Identity } from './support/certificate-authority.js';
import {
  AUDIENCE,
  openAuthorizationServer,
  type OpenAuthorizationServer,
} from './support/open-authorization-server.js';
import { failureOf } from './support/the-desk.js';

const SUBJECT = 'CN=desk';

let authority: CertificateAuthority;
let client: Identity;
let other: Identity;

beforeAll(async () => {
  authority = await CertificateAuthority.found();
  client = await authority.issueClient(SUBJECT);
  other = await authority.issueClient('CN=other');
});

function registered(identity?: Identity): { client_id: string; [name: string]: unknown } {
  const bound = { client_id: 'desk', tls_client_certificate_bound_access_tokens: true };
  if (identity === undefined) {
    return { ...bound, token_endpoint_auth_method: 'tls_client_auth', tls_client_auth_subject_dn: SUBJECT };
  }
  const { publicKey, raw } = new X509Certificate(identity.cert);
  const jwk = { ...publicKey.export({ format: 'jwk' }), x5c: [raw.toString('base64')] };
  return { ...bound, token_endpoint_auth_method: 'self_signed_tls_client_auth', jwks: { keys: [jwk] } };
}

/** Manager with one client, authenticated by a certificate. */
function managerOf(
  server: OpenAuthorizationServer,
  certificate: NonNullable<ProviderConfig['certificate']>,
  more: Partial<ProviderConfig> = {},
): TokenManager & AsyncDisposable {
  const desk = { tokenUrl: server.tokenUrl, clientId: 'desk', certificate, ...more };
  const tokens = new TokenManager({ providers: { desk } });
  return Object.assign(tokens, { [Symbol.asyncDispose]: () => tokens.close() });
}

function certificateOf({ cert, key }: Identity): Certificate {
  return { cert, key, ca: authority.cert };
}

/** Status of an API call with the token. */
async function statusOf(source: TokenSource, url: string, config: object = {}): Promise<number> {
  const api = axios.create({ baseURL: url, validateStatus: () => true, ...config });
  authorizeAxios(api, source);
  return (await api.get('/documents')).status;
}

function apiFor(server: OpenAuthorizationServer): ReturnType<typeof startBindingApi> {
  return startBindingApi({ issuer: server.issuer, jwks: server.jwks, audience: AUDIENCE, authority });
}

describe('a client certificate', () => {
  it('of an authority is accepted by a real server, and its token by an API that checks the binding', async () => {
    await using server = await openAuthorizationServer({ clients: [registered()], authority });
    await using api = await apiFor(server);
    await using tokens = managerOf(server, certificateOf(client));

    const status = await statusOf(tokens.source('desk'), api.url);

    expect(status).toBe(200);
    expect(server.tokenRequests).toHaveLength(1);
  });

  it('that is self-signed is accepted by a real server that has it registered', async () => {
    const own = await selfSigned('CN=desk');
    await using server = await openAuthorizationServer({ clients: [registered(own)], authority });
    await using api = await apiFor(server);
    await using tokens = managerOf(server, certificateOf(own), {
      clientAuthentication: 'self_signed_tls_client_auth',
    });

    expect(await statusOf(tokens.source('desk'), api.url)).toBe(200);
  });

  it.each<[string, () => Identity | Promise<Identity>]>([
    ['of somebody else', () => other],
    ['that nobody vouches for', () => selfSigned(SUBJECT)],
  ])('%s is refused by a real server', async (_, identity) => {
    await using server = await openAuthorizationServer({ clients: [registered()], authority });
    await using tokens = managerOf(server, certificateOf(await identity()));

    const error = await failureOf(tokens.source('desk').getToken());

    expect(error).toMatchObject({ code: 'token_request_rejected', oauthError: 'invalid_client' });
    expect(server.tokenRequests).toHaveLength(1);
    expect(inspect(error, { depth: 9 })).not.toContain('PRIVATE');
  });

  it('is required with the token: the API refuses the token alone', async () => {
    await using server = await openAuthorizationServer({ clients: [registered()], authority });
    await using api = await apiFor(server);
    await using tokens = managerOf(server, certificateOf(client));
    const httpsAgent = new Agent({ ca: authority.cert });

    expect(await statusOf(tokens.source('desk'), api.url, { httpsAgent })).toBe(401);
  });

  it('is not presented to a server that cannot be verified', async () => {
    await using server = await openAuthorizationServer({ clients: [registered()], authority });
    const { cert, key } = client;
    await using tokens = managerOf(server, { cert, key }, { tokenRequest: { attempts: 1 } });

    const error = await failureOf(tokens.source('desk').getToken());

    expect(error.code).toBe('token_endpoint_unavailable');
    expect(server.requests).toHaveLength(0);
  });

  it('is presented to the mTLS token endpoint of the metadata', async () => {
    await using server = await openAuthorizationServer({
      clients: [registered()],
      authority,
      hasMtlsAlias: true,
    });
    await using tokens = managerOf(server, certificateOf(client), {
      tokenUrl: undefined,
      issuer: server.issuer,
    } as never);

    await tokens.source('desk').getToken();

    expect(server.tokenRequests.map(({ isMtls }) => isMtls)).toEqual([true]);
  });

  it('is not presented to origins that the token may not be sent to', async () => {
    await using server = await openAuthorizationServer({ clients: [registered()], authority });
    await using api = await apiFor(server);
    await using elsewhere = await apiFor(server);
    api.redirects.set('/documents', `${elsewhere.url}/documents`);
    await using tokens = managerOf(server, certificateOf(client));

    // This connection does not use the certificate's agent and so does not trust the test authority.
    await expect(statusOf(tokens.source('desk'), api.url)).rejects.toThrow('self-signed certificate');
    expect(elsewhere.requests).toHaveLength(0);
  });

  it('cannot be presented by the platform’s fetch, and the error comes before any request', async () => {
    await using server = await openAuthorizationServer({ clients: [registered()], authority });
    await using api = await apiFor(server);
    await using tokens = managerOf(server, certificateOf(client), { api: { baseURL: api.url } });
    const source = tokens.source('desk');

    const byFetch = await failureOf(authorizeFetch(source)(`${api.url}/documents`));
    const byAdapter = await failureOf(statusOf(source, api.url, { adapter: 'fetch' }));

    expect([byFetch.code, byAdapter.code]).toEqual(['invalid_configuration', 'invalid_configuration']);
    expect(api.requests).toHaveLength(0);
  });
});

describe('a client certificate in files', () => {
  it('is rotated without a restart: each token is used with the certificate it was acquired by', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'certificates-'));
    const paths = {
      cert: join(directory, 'tls.crt'),
      key: join(directory, 'tls.key'),
      ca: join(directory, 'ca.crt'),
    };
    const write = async (identity: Identity): Promise<void> => {
      await writeFile(paths.cert, identity.cert);
      await writeFile(paths.key, identity.key);
      await writeFile(paths.ca, authority.cert);
    };
    await write(client);
    await using server = await openAuthorizationServer({ clients: [registered()], authority });
    await using api = await apiFor(server);
    await using tokens = managerOf(server, paths);
    const source = tokens.source('desk');
    await source.getToken();

    await write(await authority.issueClient(SUBJECT));
    const before = await statusOf(source, api.url);
    await source.getToken({ forceRefresh: true });
    const after = await statusOf(source, api.url);

    expect([before, after]).toEqual([200, 200]);
    expect(server.tokenRequests).toHaveLength(2);
    await rm(directory, { recursive: true });
  });

  it('that the TLS connection refuses is read again within the call', async () => {
    const foreign = await (await CertificateAuthority.found()).issueClient(SUBJECT);
    await using server = await openAuthorizationServer({
      clients: [registered()],
      authority,
      hasMtlsAlias: true,
    });
    const identities = [foreign, client];
    const certificate = (): Certificate => certificateOf(identities.shift() ?? client);
    await using tokens = managerOf(server, certificate, {
      tokenUrl: undefined,
      issuer: server.issuer,
    } as never);

    await expect(tokens.source('desk').getToken()).resolves.toMatchObject({ type: 'Bearer' });
  });

  it('may have a key with a passphrase', async () => {
    const key = createPrivateKey(client.key).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'open sesame',
    });
    const certificate = {
      cert: client.cert,
      key: String(key),
      ca: [authority.cert],
      passphrase: 'open sesame',
    };
    await using server = await openAuthorizationServer({ clients: [registered()], authority });
    await using tokens = managerOf(server, certificate);

    await expect(tokens.source('desk').getToken()).resolves.toMatchObject({ type: 'Bearer' });
    expect(() => managerOf(server, { ...certificate, passphrase: 'wrong' })).toThrow(
      'certificate: cannot be used',
    );
  });

  it('that do not belong together cause an error that names the reason', async () => {
    await using server = await openAuthorizationServer({ clients: [registered()], authority });
    await using tokens = managerOf(server, () => ({ cert: client.cert, key: other.key }));

    const error = await failureOf(tokens.source('desk').getToken());

    expect(error.message).toContain('check that cert and key are PEM and belong together');
    expect(inspect(error)).not.toContain('PRIVATE');
  });

  it('that do not exist cause an error that names the reason', async () => {
    await using server = await openAuthorizationServer({ clients: [registered()], authority });
    await using tokens = managerOf(server, { cert: '/nowhere/tls.crt', key: '/nowhere/tls.key' });

    const error = await failureOf(tokens.source('desk').getToken());

    expect(error.message).toContain('The certificate of "desk" could not be read');
    expect(error.message).toContain('ENOENT');
  });
});
