import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { TokenManager, type ProviderConfig } from 'nestjs-client-credentials/core';
import { failureOf } from './support/the-desk.js';

let server: Server;
let requests: string[];

/** A server that answers by path, and notes each request with its `Authorization` header and its body. */
async function openServer(answers: (base: string) => Record<string, object>): Promise<string> {
  requests = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = request;
    const parts = [method, url, headers.authorization, await text(request)];
    requests.push(parts.filter((part) => part !== undefined && part !== '').join(' '));
    const answer = answers(base)[url];
    response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? {}));
  };
  server = createServer((request, response) => void handle(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return base;
}

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** A provider whose first answer names the token endpoint. */
function named(base: string): ProviderConfig {
  return {
    tokenUrl: `${base}/where`,
    clientId: 'desk',
    clientAuthentication: async (attempt) => {
      const where = (await (await fetch(attempt.url)).json()) as { endpoint: string };
      attempt.url = where.endpoint;
    },
    tokenRequest: { attempts: 1 },
  };
}

describe('a token in two steps', () => {
  it('is asked for at the address that the first answer names', async () => {
    const base = await openServer((own) => ({
      '/where': { endpoint: `${own}/there/token` },
      '/there/token': { access_token: 'T' },
    }));
    const tokens = new TokenManager({ providers: { it: named(base) } });

    const token = await tokens.source('it').getToken();
    await tokens.close();

    expect(token.value).toBe('T');
    expect(requests).toEqual(['GET /where', 'POST /there/token grant_type=client_credentials']);
  });

  it.each(['http://login.example.test/token', 'nowhere'])('is not asked for at %s', async (endpoint) => {
    const base = await openServer(() => ({ '/where': { endpoint } }));
    const tokens = new TokenManager({ providers: { it: named(base) } });

    const failure = await failureOf(tokens.source('it').getToken());
    await tokens.close();

    expect(failure).toMatchObject({ code: 'invalid_configuration', retryable: false });
    expect(failure.message).toContain('clientAuthentication: set a url that is no https URL');
    expect(requests).toEqual(['GET /where']);
  });

  it('is opened with the token of another provider of the same manager', async () => {
    const base = await openServer(() => ({
      '/token': { access_token: 'first' },
      '/session': { sessionId: 'S' },
    }));
    const identity = { tokenUrl: `${base}/token`, clientId: 'desk', clientSecret: 'secret' };
    const vault: ProviderConfig = {
      tokenUrl: `${base}/session`,
      clientId: 'desk',
      clientAuthentication: async ({ headers }) => {
        const token = await tokens.source('identity').getToken();
        headers['authorization'] = token.authorization;
      },
      dialect: {
        grantType: null,
        response: { accessToken: 'sessionId' },
        authorization: { scheme: '' },
      },
    };
    const tokens = new TokenManager({ providers: { identity, vault } });

    const [session] = await Promise.all([
      tokens.source('vault').getToken(),
      tokens.source('identity').getToken(),
    ]);
    await tokens.close();

    expect(session.authorization).toBe('S');
    expect(requests).toEqual([
      'POST /token Basic ZGVzazpzZWNyZXQ= grant_type=client_credentials',
      'POST /session Bearer first',
    ]);
  });
});
