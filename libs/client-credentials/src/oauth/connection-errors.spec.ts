import { describe, expect, it } from '@jest/globals';
import type { ProviderConfig } from '../config/options.js';
import { resolveProvider } from '../config/resolve.js';
import { unreachable, unreachableIssuer, type ErrorContext } from './connection-errors.js';

function contextOf(config: Partial<ProviderConfig> = {}): ErrorContext {
  const provider = resolveProvider('desk', {
    tokenUrl: 'https://id.example.com/token',
    clientId: 'desk',
    clientSecret: 'secret',
    ...config,
  });
  return { provider, secrets: ['secret'] };
}

describe('the error of a connection', () => {
  it.each([
    'tunneling socket could not be established, statusCode=407',
    'Bad response: 407',
    'Proxy response (407) !== 200 when HTTP Tunneling',
    'Failed to establish tunnel to id.example.com:443: HTTP/1.1 407 Proxy Authentication Required',
  ])('names the proxy where an agent reports its 407: %s', (message) => {
    const cause = new Error(message);
    for (const error of [
      unreachable(cause, 'https://id.example.com/token', contextOf()),
      unreachableIssuer(cause, 'https://id.example.com', contextOf()),
    ]) {
      expect(error).toMatchObject({ code: 'token_endpoint_unavailable', retryable: true });
      expect(error.message).toContain('The proxy on the way to the authorization server of "desk"');
      expect(error.message).toContain('tokenRequest.axios');
    }
  });

  it.each(['connect ECONNREFUSED 127.0.0.1:407', 'connect ECONNREFUSED 10.0.0.407', 'read ECONNRESET 4071'])(
    'names no proxy otherwise: %s',
    (message) => {
      const error = unreachable(new Error(message), 'https://id.example.com/token', contextOf());

      expect(error.message).not.toContain('The proxy on the way');
    },
  );
});

describe('the error of a proxy that asked for credentials', () => {
  it.each([
    [{ proxy: { host: 'proxy.example.com', port: 3128, auth: { username: 'me', password: 'mine' } } }],
    [
      {
        httpsAgent: { proxy: new URL('http://me:mine@proxy.example.com:3128'), addRequest: () => undefined },
      },
    ],
  ])('names where the proxy is, and nothing else of it', (connection) => {
    const context = contextOf({ tokenRequest: { axios: connection as object } });

    const { message } = unreachable(new Error('Bad response: 407'), 'https://id.example.com/token', context);

    expect(message).toContain('The proxy at proxy.example.com:3128 on the way');
    expect(message).not.toContain('mine');
  });
});
