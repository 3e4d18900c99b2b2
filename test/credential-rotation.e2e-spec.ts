import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import axios from 'axios';
import { describe, expect, it } from '@jest/globals';
import {
  authorizeAxios,
  TokenManager,
  type ProviderConfig,
  type TokenEvent,
} from 'nestjs-client-credentials/core';
import { startBindingApi } from './support/binding-api.js';
import {
  AUDIENCE,
  openAuthorizationServer,
  type OpenAuthorizationServer,
} from './support/open-authorization-server.js';
import { failureOf } from './support/the-desk.js';

const OLD = 'the-old-secret-of-many-characters-0';
const NEW = 'the-new-secret-of-many-characters-1';
const OLD_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const NEW_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function withSecret(secret: string): { client_id: string; client_secret: string } {
  return { client_id: 'desk', client_secret: secret };
}

function withKey(...accepted: KeyObject[]): {
  client_id: string;
  token_endpoint_auth_method: 'private_key_jwt';
  jwks: never;
} {
  const jwks = { keys: accepted.map((key) => key.export({ format: 'jwk' })) };
  return { client_id: 'desk', token_endpoint_auth_method: 'private_key_jwt', jwks: jwks as never };
}

interface Rotation {
  /** Options of the provider. */
  readonly config: Partial<ProviderConfig>;
  /** Registers the new credential at the server and makes the configuration use it. */
  readonly rotate: (server: OpenAuthorizationServer) => void | Promise<void>;
  readonly before: Parameters<OpenAuthorizationServer['register']>[0];
}

const ROTATIONS: [string, () => Rotation | Promise<Rotation>][] = [
  [
    'a secret in a list',
    () => ({
      before: withSecret(OLD),
      config: { clientSecret: [OLD, NEW] },
      rotate: (server) => server.register(withSecret(NEW)),
    }),
  ],
  [
    'a secret in a list that names the new one first',
    () => ({
      before: withSecret(OLD),
      config: { clientSecret: [NEW, OLD] },
      rotate: (server) => server.register(withSecret(NEW)),
    }),
  ],
  [
    'a secret from a function',
    () => {
      let secret = OLD;
      return {
        before: withSecret(OLD),
        config: { clientSecret: async () => secret },
        rotate: (server) => {
          secret = NEW;
          server.register(withSecret(NEW));
        },
      };
    },
  ],
  [
    'a key from a function',
    () => {
      let key = OLD_KEY.privateKey;
      return {
        before: withKey(OLD_KEY.publicKey),
        config: { privateKey: () => ({ key }) },
        rotate: (server) => {
          key = NEW_KEY.privateKey;
          server.register(withKey(NEW_KEY.publicKey));
        },
      };
    },
  ],
  [
    'a key in a file',
    async () => {
      const file = join(await mkdtemp(join(tmpdir(), 'rotation-')), 'key.pem');
      const write = (key: KeyObject) => writeFile(file, key.export({ type: 'pkcs8', format: 'pem' }));
      await write(OLD_KEY.privateKey);
      return {
        before: withKey(OLD_KEY.publicKey),
        config: { privateKey: { key: file } },
        rotate: async (server) => {
          // The server accepts both secrets for a while, as in a real rotation.
          server.register(withKey(OLD_KEY.publicKey, NEW_KEY.publicKey));
          await write(NEW_KEY.privateKey);
          server.register(withKey(NEW_KEY.publicKey));
        },
      };
    },
  ],
];

describe('a credential is rotated under load, and no call fails', () => {
  it.each(ROTATIONS)('%s', async (_, prepare) => {
    const { before, config, rotate } = await prepare();
    await using server = await openAuthorizationServer({ clients: [before] });
    await using api = await startBindingApi({ issuer: server.issuer, jwks: server.jwks, audience: AUDIENCE });
    const tokens = new TokenManager({
      providers: {
        desk: { tokenUrl: server.tokenUrl, clientId: 'desk', ...config },
      },
    });
    const events: TokenEvent[] = [];
    tokens.onEvent((event) => events.push(event));
    const http = axios.create({ baseURL: api.url });
    const source = tokens.source('desk');
    authorizeAxios(http, source);
    const statuses: number[] = [];
    let isRotated = false;
    const call = async (index: number): Promise<void> => {
      // Invalidates the token regularly, so that new tokens are needed throughout.
      if (index % 20 === 0) await source.invalidate(await source.getToken());
      if (index === 100) {
        await rotate(server);
        isRotated = true;
      }
      statuses.push((await http.get('/documents')).status);
    };

    const queue = Array.from({ length: 250 }, (__, index) => index);
    const worker = async (): Promise<void> => {
      for (let index = queue.shift(); index !== undefined; index = queue.shift()) await call(index);
    };
    await Promise.all(Array.from({ length: 25 }, worker));
    await source.getToken({ forceRefresh: true });

    expect(isRotated).toBe(true);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(statuses).toHaveLength(250);
    expect(events.filter(({ type }) => type === 'token.failed')).toEqual([]);
    expect(events.filter(({ type }) => type === 'credentials.rotated').length).toBeGreaterThan(0);
    expect(inspect(events, { depth: 9 })).not.toMatch(/secret-of|PRIVATE/);
    await tokens.close();
    if (typeof config.privateKey === 'object' && typeof config.privateKey.key === 'string') {
      await rm(join(config.privateKey.key, '..'), { recursive: true });
    }
  });
});

describe('a rotated credential', () => {
  it('leaves earlier tokens in use', async () => {
    await using server = await openAuthorizationServer({ clients: [withSecret(OLD)] });
    const tokens = new TokenManager({
      providers: { desk: { tokenUrl: server.tokenUrl, clientId: 'desk', clientSecret: [OLD, NEW] } },
    });
    const { value } = await tokens.source('desk').getToken();

    server.register(withSecret(NEW));

    expect((await tokens.source('desk').getToken()).value).toBe(value);
    expect(server.tokenRequests).toHaveLength(1);
    await tokens.close();
  });

  it('is read once more per call, not repeatedly', async () => {
    await using server = await openAuthorizationServer({ clients: [withKey(OLD_KEY.publicKey)] });
    let readings = 0;
    const privateKey = () => {
      readings += 1;
      return { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey };
    };
    const tokens = new TokenManager({
      providers: { desk: { tokenUrl: server.tokenUrl, clientId: 'desk', privateKey } },
    });

    const error = await failureOf(tokens.source('desk').getToken());

    expect(error).toMatchObject({ code: 'token_request_rejected', oauthError: 'invalid_client' });
    expect(readings).toBe(2);
    expect(server.tokenRequests).toHaveLength(2);
    await tokens.close();
  });

  it('that turns out unchanged is not tried twice', async () => {
    await using server = await openAuthorizationServer({ clients: [withKey(OLD_KEY.publicKey)] });
    const privateKey = async () => ({ key: NEW_KEY.privateKey.export({ format: 'jwk' }) });
    const tokens = new TokenManager({
      providers: { desk: { tokenUrl: server.tokenUrl, clientId: 'desk', privateKey } },
    });

    await failureOf(tokens.source('desk').getToken());

    expect(server.tokenRequests).toHaveLength(1);
    await tokens.close();
  });
});
