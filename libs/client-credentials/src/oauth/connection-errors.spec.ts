import { afterEach, describe, expect, it } from '@jest/globals';
import { SentInClear } from '../base/clear-proxy.js';
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
      expect(error).toMatchObject({
        code: 'token_endpoint_unavailable',
        provider: 'desk',
        retryable: true,
        cause: { message },
      });
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

describe('the error of a connection without a response', () => {
  const URL_OF_TOKEN = 'https://id.example.com/token';

  it('says what could not be reached, where, why and what to check', () => {
    const error = unreachable(new Error('socket hang up'), URL_OF_TOKEN, contextOf());

    expect(error).toMatchObject({
      code: 'token_endpoint_unavailable',
      provider: 'desk',
      retryable: true,
      message:
        'The token endpoint of "desk" could not be reached at id.example.com:443: socket hang up. Check tokenUrl, the proxy and the network.',
    });
  });

  it('names the issuer where its metadata could not be read', () => {
    const error = unreachableIssuer(new Error('socket hang up'), 'https://id.example.com', contextOf());

    expect(error.message).toBe(
      'The issuer of "desk" could not be reached at id.example.com:443: socket hang up. Check issuer, the proxy and the network.',
    );
  });

  it('is one of the configuration where axios would hand the request to a proxy in the clear', () => {
    const error = unreachable(new SentInClear('x'), URL_OF_TOKEN, contextOf());

    expect(error).toMatchObject({ code: 'invalid_configuration', provider: 'desk', retryable: false });
    expect(error.message).toMatch(
      /providers\.desk\.tokenRequest\.axios: .* in the clear, .*https-proxy-agent/s,
    );
  });

  const coded = (message: string, code: unknown): Error => Object.assign(new Error(message), { code });
  it.each<[string, unknown, string, string | undefined]>([
    ['its message and its code', coded('No such host', 'ENOTFOUND'), 'No such host', 'ENOTFOUND'],
    ['its code, where it has no message', coded('', 'ENOTFOUND'), 'ENOTFOUND', 'ENOTFOUND'],
    ['no reason, where it has neither', new Error(''), 'no reason given', undefined],
    ['no code that is not a text', coded('Odd', 7), 'Odd', undefined],
    [
      'the first of several addresses',
      new AggregateError([coded('refused 1', 'ECONNREFUSED'), coded('refused 2', 'EACCES')], ''),
      'refused 1',
      'ECONNREFUSED',
    ],
    ['several addresses without an error', new AggregateError([], 'None tried'), 'None tried', undefined],
    [
      'the reason of an error without a message',
      new Error('', { cause: coded('inner', 'EX') }),
      'inner',
      'EX',
    ],
    [
      'the message of an error with a reason',
      new Error('outer', { cause: coded('inner', 'EX') }),
      'outer',
      undefined,
    ],
    ['no reason that is not an error', new Error('', { cause: 'inner' }), 'no reason given', undefined],
    ['a text that was thrown', 'thrown', 'thrown', undefined],
    ['a message in one line', new Error(' two \n\n lines '), 'two lines', undefined],
    ['a message without secrets', new Error('with secret in it'), 'with [redacted] in it', undefined],
  ])('has as its cause %s', (_, thrown, message, code) => {
    const { cause } = unreachable(thrown, URL_OF_TOKEN, contextOf());

    expect(cause).toBeInstanceOf(Error);
    expect(cause).toMatchObject({ message, stack: `Error: ${message}` });
    expect(Object.hasOwn(cause as object, 'code')).toBe(code !== undefined);
    expect((cause as NodeJS.ErrnoException).code).toBe(code);
  });
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

  it.each([
    [
      'a host without a port',
      { proxy: { host: 'proxy.example.com' } },
      'The proxy at proxy.example.com on the way',
    ],
    ['neither', { httpsAgent: { proxy: 'http://proxy.example.com' } }, 'The proxy on the way'],
  ])('names %s', (_, connection, expected) => {
    const context = contextOf({ tokenRequest: { axios: connection as object } });

    const { message } = unreachable(new Error('Bad response: 407'), 'https://id.example.com/token', context);

    expect(message).toContain(expected);
  });

  describe('that the environment names', () => {
    const names = ['HTTPS_PROXY', 'https_proxy'];
    const before = names.map((name) => process.env[name]);
    afterEach(() => {
      for (const [index, name] of names.entries()) {
        const value = before[index];
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    });

    it.each([
      [{ HTTPS_PROXY: 'http://me:mine@upper.example.com:1' }, 'The proxy at upper.example.com:1 on the way'],
      [{ https_proxy: 'http://me:mine@lower.example.com:2' }, 'The proxy at lower.example.com:2 on the way'],
      [
        { HTTPS_PROXY: 'http://upper.example.com:1', https_proxy: 'http://lower.example.com:2' },
        'The proxy at upper.example.com:1 on the way',
      ],
      [{ HTTPS_PROXY: 'nowhere' }, 'The proxy on the way'],
      [{}, 'The proxy on the way'],
    ])('names where it is: %j', (environment, expected) => {
      for (const name of names) delete process.env[name];
      Object.assign(process.env, environment);

      const { message } = unreachable(new Error('Bad response: 407'), 'https://id.example.com', contextOf());

      expect(message).toContain(expected);
      expect(message).not.toContain('mine');
    });
  });
});
