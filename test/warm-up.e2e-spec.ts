import { describe, expect, it, jest } from '@jest/globals';
import { TokenManager, type ClientCredentialsOptions } from 'nestjs-client-credentials/core';
import { startAuthorizationServer, type AuthorizationServer } from 'nestjs-client-credentials/testing';
import { openDesk } from './support/the-desk.js';

/** Manager with three providers that differ in scope. */
function managerOf(
  server: AuthorizationServer,
  options: Partial<ClientCredentialsOptions>,
  warn?: (message: string) => void,
): TokenManager {
  const config = { ...server.providerConfig, tokenRequest: { attempts: 1 } };
  const providers = {
    a: { ...config, scope: 'a' },
    b: { ...config, scope: 'b' },
    c: { ...config, scope: 'c' },
  };
  return new TokenManager({ providers, ...options }, warn);
}

describe('the warm-up', () => {
  it.each<[string, ClientCredentialsOptions['warmUp'] | undefined, string[]]>([
    ['acquires every token', true, ['a', 'b', 'c']],
    ['acquires the tokens named', ['c', 'a'], ['a', 'c']],
    ['acquires none of an empty list', [], []],
    ['is none where it is off', false, []],
    ['is none by default', undefined, []],
  ])('%s', async (_, warmUp, expected) => {
    await using server = await startAuthorizationServer();
    const tokens = managerOf(server, warmUp === undefined ? {} : { warmUp });

    await tokens.warmedUp;

    const asked = server.tokenRequests.map(({ text }) => new URLSearchParams(text).get('scope'));
    expect(new Set(asked)).toEqual(new Set(expected));
    expect(asked).toHaveLength(expected.length);
  });

  it('saves the first caller the wait', async () => {
    await using desk = await openDesk({ manager: { warmUp: true } });
    await desk.tokens.warmedUp;

    const token = await desk.source.getToken();

    expect(token.value).toBe(desk.server.issued[0]?.value);
    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it('shares its token request with concurrent callers', async () => {
    await using desk = await openDesk({ manager: { warmUp: true } });

    await Promise.all([desk.source.getToken(), desk.source.getToken(), desk.tokens.warmedUp]);

    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it('that fails is reported, and does not affect other providers', async () => {
    await using server = await startAuthorizationServer();
    server.failNext(1, { status: 400, body: { error: 'invalid_scope' } });
    const warnings: string[] = [];

    const tokens = managerOf(server, { warmUp: true }, (message) => void warnings.push(message));
    await tokens.warmedUp;

    expect(warnings).toEqual([expect.stringMatching(/^No token for "[abc]" at start-up: .*invalid_scope/)]);
    expect(server.issued).toHaveLength(2);
  });

  it('emits a process warning if no warning handler is given', async () => {
    await using server = await startAuthorizationServer();
    server.failNext(1);
    const emitWarning = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);

    await managerOf(server, { warmUp: ['a'] }).warmedUp;

    expect(emitWarning.mock.calls).toEqual([[expect.stringContaining('"a"'), 'ClientCredentialsWarning']]);
  });

  it('rejects an unknown provider as a configuration error', async () => {
    await using server = await startAuthorizationServer();

    expect(() => managerOf(server, { warmUp: ['a', 'x'] })).toThrow(
      expect.objectContaining({
        code: 'invalid_configuration',
        message: expect.stringContaining('no provider is called "x"; use one of: a, b, c'),
      }),
    );
    expect(server.tokenRequests).toHaveLength(0);
  });

  it('that is in progress ends quietly when the manager closes', async () => {
    await using desk = await openDesk({ manager: { warmUp: true } });
    desk.server.tokenEndpoint.hold();
    await desk.server.tokenEndpoint.received(1);

    await desk.tokens.close();
    await desk.tokens.warmedUp;

    expect(desk.warnings).toEqual([]);
  });
});
