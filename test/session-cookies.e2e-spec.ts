import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import axios from 'axios';
import {
  authorizeAxios,
  authorizeFetch,
  TokenManager,
  type ProviderConfig,
} from 'nestjs-client-credentials/core';
import { failureOf } from './support/the-desk.js';

const SESSION = 'SESSION=a-secret-id';
const OPEN = [`${SESSION}; Path=/; HttpOnly; Expires=Wed, 01 Jan 2031 00:00:00 GMT`, 'ROUTE=.node3; path=/'];

let server: Server;

/** A server that opens a session with these cookies, and keeps the calls made with it. */
async function openServer(cookies: string[]): Promise<{ base: string; calls: IncomingMessage[] }> {
  const calls: IncomingMessage[] = [];
  server = createServer((request, response) => {
    if (request.url === '/login') response.setHeader('set-cookie', cookies).end('{"SessionTimeout":30}');
    else {
      calls.push(request);
      response.end('{}');
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}

function sessionAt(base: string): ProviderConfig {
  return {
    tokenUrl: `${base}/login`,
    clientId: 'desk',
    clientSecret: 'secret',
    api: { baseURL: base },
    dialect: {
      response: { accessTokenHeader: 'Set-Cookie' },
      authorization: { header: 'Cookie', scheme: '' },
    },
  };
}

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe('a session of cookies', () => {
  it.each<[string, string[], string]>([
    ['one cookie', [`${SESSION}; HttpOnly`], SESSION],
    ['several cookies', OPEN, `${SESSION}; ROUTE=.node3`],
  ])('of %s comes back on each call, by axios and by fetch', async (_, cookies, expected) => {
    const { base, calls } = await openServer(cookies);
    const tokens = new TokenManager({ providers: { it: sessionAt(base) } });
    const http = axios.create({ baseURL: base });
    authorizeAxios(http, tokens.source('it'));
    const call = authorizeFetch(tokens.source('it'));

    await http.get('/items');
    await call(`${base}/items`);
    await tokens.close();

    expect(calls.map(({ headers }) => [headers.cookie, headers.authorization])).toEqual([
      [expected, undefined],
      [expected, undefined],
    ]);
  });

  it('is shown by no token and no error of a call', async () => {
    const { base } = await openServer(OPEN);
    const tokens = new TokenManager({ providers: { it: sessionAt(base) } });
    const http = axios.create({ baseURL: base, validateStatus: () => false });
    authorizeAxios(http, tokens.source('it'));

    const token = await tokens.source('it').getToken();
    const error: unknown = await http.get('/items').catch((thrown: unknown) => thrown);
    await tokens.close();

    expect(token.value).toContain('a-secret-id');
    expect(inspect([token, error], { depth: 9 })).not.toContain('a-secret-id');
  });

  it('that is not opened is an error', async () => {
    const { base } = await openServer([]);
    const tokens = new TokenManager({ providers: { it: sessionAt(base) } });

    const failure = await failureOf(tokens.source('it').getToken());
    await tokens.close();

    expect(failure.code).toBe('invalid_token_response');
    expect(failure.message).toContain('Set-Cookie');
  });
});
