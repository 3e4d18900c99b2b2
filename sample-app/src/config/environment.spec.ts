import { describe, expect, it } from '@jest/globals';
import { EnvironmentError, readEnvironment } from './environment.js';

const prefixes = ['RESISTANT', 'SMARTDOCUMENTOR', 'SIGNEASY', 'FUUFFY', 'FYMA'];
const complete: Record<string, string> = Object.fromEntries(
  prefixes.flatMap((prefix) => [
    [`${prefix}_CLIENT_ID`, `${prefix}-id`],
    [`${prefix}_CLIENT_SECRET`, `${prefix}-secret`],
  ]),
);
const { FYMA_CLIENT_SECRET: _, ...withoutOne } = complete;

describe('the environment', () => {
  it.each([
    ['nothing', {}],
    ['empty variables', Object.fromEntries(Object.keys(complete).map((name) => [name, ' ']))],
  ])('selects the sandbox with %s set', (_name, variables) => {
    expect(readEnvironment(variables)).toEqual({
      port: 3000,
      access: { providers: undefined, shared: undefined },
    });
  });

  it('selects the real providers with all credentials set', () => {
    const { port, access } = readEnvironment({ ...complete, PORT: '8080' });

    expect(port).toBe(8080);
    expect(access.providers).toMatchObject({
      credentials: { fuuffy: { clientId: 'FUUFFY-id', clientSecret: 'FUUFFY-secret' } },
      resistantLocation: { stage: 'prod', cell: 'eu-1' },
      fuuffyEnvironment: 'production',
    });
  });

  it('selects a shared store, encrypted if there is a key', () => {
    const key = Buffer.alloc(32, 7).toString('base64url');
    const { access } = readEnvironment({ ...complete, REDIS_URL: 'rediss://cache', TOKEN_STORE_KEY: key });

    expect(access.shared).toEqual({ url: 'rediss://cache', encryptionKey: key });
  });

  it.each<[string, Record<string, string>, string[]]>([
    ['one secret is missing', withoutOne, ['FYMA_CLIENT_SECRET']],
    ['only one id is there', { FYMA_CLIENT_ID: 'id' }, ['FYMA_CLIENT_SECRET', 'SIGNEASY_CLIENT_ID']],
    ['the test stage has no address', { ...complete, RESISTANT_STAGE: 'test' }, ['RESISTANT_API_URL']],
    [
      'the test stage has no such cell',
      { ...complete, RESISTANT_STAGE: 'test', RESISTANT_CELL: 'us-1' },
      ['RESISTANT_CELL'],
    ],
    [
      'the second tenant has no secret',
      { ...complete, SIGNEASY_GLOBEX_CLIENT_ID: 'id' },
      ['SIGNEASY_GLOBEX_CLIENT_SECRET'],
    ],
    ['the cell is unknown', { ...complete, RESISTANT_CELL: 'mars-1' }, ['RESISTANT_CELL', 'eu-1, us-1']],
    ['the environment is unknown', { ...complete, FUUFFY_ENVIRONMENT: 'dev' }, ['FUUFFY_ENVIRONMENT']],
    ['the Redis URL is invalid', { REDIS_URL: 'http://cache' }, ['REDIS_URL']],
    ['the key is short', { REDIS_URL: 'redis://cache', TOKEN_STORE_KEY: 'short' }, ['TOKEN_STORE_KEY']],
    [
      'real tokens would be stored unencrypted',
      { ...complete, REDIS_URL: 'redis://cache' },
      ['TOKEN_STORE_KEY'],
    ],
    ['the port is no number', { PORT: 'http' }, ['PORT']],
    ['the port is too high', { PORT: '65536' }, ['PORT']],
    ['several things are wrong', { ...withoutOne, PORT: '-1' }, ['PORT', 'FYMA_CLIENT_SECRET']],
  ])('is rejected with the variable’s name, not its value, if %s', (_name, variables, names) => {
    const read = () => readEnvironment(variables);

    expect(read).toThrow(EnvironmentError);
    for (const name of names) expect(read).toThrow(name);
    expect(read).not.toThrow(/-secret/);
  });
});
