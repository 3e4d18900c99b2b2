import { generateKeyPairSync } from 'node:crypto';
import axios from 'axios';
import { describe, expect, it } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import {
  authorizeAxios,
  authorizeFetch,
  TokenManager,
  type ProviderConfig,
  type TokenSource,
} from 'nestjs-client-credentials/core';
import { startAuthorizationServer } from 'nestjs-client-credentials/testing';
import { startNonceServer, type NonceServer } from './support/nonce-server.js';

const CALLS = 30;

interface NonceDesk extends AsyncDisposable {
  readonly server: NonceServer;
  readonly source: TokenSource;
  /** The status of an authorized call. */
  readonly call: (path: string) => Promise<number>;
}

type Sender = (source: TokenSource, apiUrl: string) => (path: string) => Promise<number>;

const senders: [string, Sender][] = [
  [
    'axios on http',
    (source, baseURL) => {
      const http = axios.create({ baseURL, validateStatus: () => true });
      authorizeAxios(http, source);
      return async (path) => (await http.post(path, { n: 1 })).status;
    },
  ],
  [
    'axios on fetch',
    (source, baseURL) => {
      const http = axios.create({ baseURL, adapter: 'fetch', validateStatus: () => true });
      authorizeAxios(http, source);
      return async (path) => (await http.post(path, { n: 1 })).status;
    },
  ],
  [
    'fetch',
    (source, baseURL) => {
      const send = authorizeFetch(source);
      return async (path) => (await send(baseURL + path, { method: 'POST', body: '{}' })).status;
    },
  ],
  [
    'fetch, as a Request',
    (source, baseURL) => {
      const send = authorizeFetch(source);
      return async (path) => (await send(new Request(baseURL + path, { method: 'POST', body: '{}' }))).status;
    },
  ],
];

async function openNonceDesk(sender: Sender, provider: Partial<ProviderConfig> = {}): Promise<NonceDesk> {
  const server = await startNonceServer();
  server.endpoint.isDemanding = false;
  const desk = {
    tokenUrl: server.tokenUrl,
    clientId: 'desk',
    clientSecret: 'secret',
    dpop: true,
    api: { baseURL: server.apiUrl },
    tokenRequest: { attempts: 1 },
    ...provider,
  } as const;
  let tokens: TokenManager;
  try {
    tokens = new TokenManager({ providers: { desk } });
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  const source = tokens.source('desk');
  return {
    server,
    source,
    call: sender(source, server.apiUrl),
    async [Symbol.asyncDispose]() {
      await tokens.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const all = <T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

describe.each(senders)('many calls at once by %s, to an API that demands nonces', (_, sender) => {
  it('all succeed, although none knew the nonce when it was sent', async () => {
    await using desk = await openNonceDesk(sender);
    await desk.source.getToken();

    const statuses = await all(CALLS, (index) => desk.call(`/${index}`));

    expect(statuses).toEqual(Array.from({ length: CALLS }, () => 200));
    expect(desk.server.api.tally[200]).toBe(CALLS);
    expect(desk.server.api.calls.length).toBeLessThanOrEqual(2 * CALLS);
    expect(desk.server.endpoint.calls).toHaveLength(1);
  });

  it('all succeed where the token is acquired by the first of them', async () => {
    await using desk = await openNonceDesk(sender);

    const statuses = await all(CALLS, (index) => desk.call(`/${index}`));

    expect(statuses).toEqual(Array.from({ length: CALLS }, () => 200));
    expect(desk.server.endpoint.calls).toHaveLength(1);
  });

  it('all succeed while the nonce changes under load', async () => {
    await using desk = await openNonceDesk(sender);
    desk.server.api.rotatesAfter = 40;
    await desk.call('/warm');

    const statuses: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      statuses.push(...(await all(CALLS, (index) => desk.call(`/${index}`))));
    }

    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(desk.server.endpoint.calls).toHaveLength(1);
  });

  it('that all knew an old nonce are each proven once more with the new one', async () => {
    await using desk = await openNonceDesk(sender);
    await desk.call('/warm');
    desk.server.api.rotatesAfter = 1;
    await desk.call('/change');
    await desk.call('/change');
    desk.server.api.rotatesAfter = Infinity;
    const { length } = desk.server.api.calls;

    const statuses = await all(CALLS, (index) => desk.call(`/${index}`));

    expect(statuses).toEqual(Array.from({ length: CALLS }, () => 200));
    expect(desk.server.api.calls.slice(length).filter(({ status }) => status === 200)).toHaveLength(CALLS);
    expect(desk.server.endpoint.calls).toHaveLength(1);
  });
});

describe('many token requests at once, to an endpoint that demands nonces', () => {
  it('all succeed, although none knew the nonce when it was sent', async () => {
    await using desk = await openNonceDesk(() => async () => 0);
    desk.server.endpoint.isDemanding = true;

    const tokens = await all(CALLS, (index) => desk.source.getToken({ scope: `scope-${index}` }));

    expect(new Set(tokens.map(({ value }) => value)).size).toBe(CALLS);
    expect(desk.server.endpoint.tally[200]).toBe(CALLS);
    expect(desk.server.endpoint.calls.length).toBeLessThanOrEqual(2 * CALLS);
  });

  it('all succeed while the nonce changes under load', async () => {
    await using desk = await openNonceDesk(() => async () => 0);
    desk.server.endpoint.isDemanding = true;
    desk.server.endpoint.rotatesAfter = 40;

    for (let round = 0; round < 4; round += 1) {
      await all(CALLS, (index) => desk.source.getToken({ scope: `scope-${round}-${index}` }));
    }

    expect(desk.server.endpoint.tally[200]).toBe(4 * CALLS);
  });
});

describe('the algorithm that is asked for', () => {
  const keys = {
    ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    ES384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    PS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
    RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
    EdDSA: () => generateKeyPairSync('ed25519'),
    Ed25519: () => generateKeyPairSync('ed25519'),
  };
  const algorithms = Object.keys(keys) as (keyof typeof keys)[];

  /** The algorithm that was sent; `invalid_configuration` where the configuration is refused. */
  async function sentBy(asked: () => Promise<string | undefined>): Promise<string | undefined> {
    try {
      return await asked();
    } catch (error) {
      return (error as { code?: string }).code;
    }
  }

  it.each(algorithms)('for proofs, %s, is the one that is sent, or it is refused', async (algorithm) => {
    const sent = await sentBy(async () => {
      await using desk = await openNonceDesk(senders[0]?.[1] as Sender, { dpop: { algorithm } });
      await desk.call('/a');
      const { endpoint, api } = desk.server;
      const [used, ...others] = new Set([...endpoint.calls, ...api.calls].map((call) => call.algorithm));
      return others.length === 0 ? used : 'more than one';
    });

    expect([algorithm, 'invalid_configuration']).toContain(sent);
  });

  it.each(algorithms)(
    'for proofs by a key pair that is given, %s, is the one that is sent, or it is refused',
    async (algorithm) => {
      const keyPair = keys[algorithm]();

      const sent = await sentBy(async () => {
        await using desk = await openNonceDesk(senders[0]?.[1] as Sender, { dpop: { algorithm, keyPair } });
        await desk.call('/a');
        return desk.server.api.calls.at(-1)?.algorithm;
      });

      expect([algorithm, 'invalid_configuration']).toContain(sent);
    },
  );

  it('is not needed for a key pair of Ed25519: its proofs have the name that is not deprecated', async () => {
    const keyPair = keys.Ed25519();
    await using desk = await openNonceDesk(senders[0]?.[1] as Sender, { dpop: { keyPair } });

    await desk.call('/a');

    expect(desk.server.api.calls.at(-1)?.algorithm).toBe('Ed25519');
  });

  it.each(algorithms)('for assertions, %s, is the one that is sent, or it is refused', async (algorithm) => {
    const { privateKey } = keys[algorithm]();
    await using server = await startAuthorizationServer({ clientAuthentication: () => true });

    const sent = await sentBy(async () => {
      const desk: ProviderConfig = {
        tokenUrl: server.tokenUrl,
        clientId: 'desk',
        clientAuthentication: 'private_key_jwt',
        privateKey: { key: privateKey, algorithm },
      };
      await new TokenManager({ providers: { desk } }).source('desk').getToken();
      return decodeProtectedHeader(server.tokenRequests[0]?.parameters['client_assertion'] as string).alg;
    });

    expect([algorithm, 'invalid_configuration']).toContain(sent);
  });
});
