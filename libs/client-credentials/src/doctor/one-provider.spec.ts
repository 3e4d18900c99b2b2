import { describe, expect, it } from '@jest/globals';
import { readArguments } from './arguments.js';
import type { Candidate } from './candidate.js';
import { oneProvider } from './one-provider.js';

const SECRET = 'secret-of-the-arguments';

describe('one provider', () => {
  const candidate = async (args: string[], call?: string): Promise<Candidate> => {
    const given = readArguments(['doctor', ...args]);
    if (typeof given === 'string' || 'config' in given.subject) throw new Error('not one provider');
    return oneProvider(given.subject, { call, readSecret: async () => SECRET });
  };
  const read = async (args: string[], call?: string): Promise<unknown> =>
    (await candidate(['--client-id', 'desk', ...args], call)).read();

  it('is named after its host or its preset', async () => {
    const names = [
      ['--client-id', 'desk', '--token-url', 'https://id:8443/token'],
      ['--client-id', 'desk', '--token-url', 'nonsense'],
      ['--client-id', 'desk', '--preset', 'fyma'],
    ].map(async (args) => (await candidate(args)).name);

    expect(await Promise.all(names)).toEqual(['id:8443', 'provider', 'fyma']);
  });

  it('needs a client id', async () => {
    await expect(candidate(['--token-url', 'https://id/token'])).rejects.toThrow('The client id is missing.');
  });

  it('has the options of --set, words of options among them', async () => {
    const set = [
      'stage=a=b',
      'dialect.grantType=null',
      'dpop=true',
      'parameters.flag=true',
      'api.baseURL=https://api',
      'api.timeout=5',
    ];

    const config = await read(['--token-url', 'https://id/token', ...set.flatMap((pair) => ['--set', pair])]);

    expect(config).toEqual({
      tokenUrl: 'https://id/token',
      clientId: 'desk',
      clientSecret: SECRET,
      stage: 'a=b',
      dialect: { grantType: null },
      dpop: true,
      parameters: { flag: 'true' },
      api: { baseURL: 'https://api', timeout: '5' },
    });
  });

  it('has no secret where its method of client authentication needs none', async () => {
    const config = await read(['--token-url', 'https://id/token', '--set', 'privateKey.key=/keys/key.pem']);

    expect(config).toEqual({
      tokenUrl: 'https://id/token',
      clientId: 'desk',
      privateKey: { key: '/keys/key.pem' },
    });
  });

  it.each([
    [['--token-url', 'https://id/token'], ['https://named']],
    [['--preset', 'fyma', '--token-url', 'https://id/token'], ['https://named']],
    [['--preset', 'fyma'], undefined],
    [['--token-url', 'https://id/token', '--set', 'api.baseURL=https://api'], undefined],
    [['--token-url', 'https://id/token', '--set', 'allowedOrigins=own'], 'own'],
  ])('of %j lets the token go to a named address: %j', async (args, allowedOrigins) => {
    const config = await read(args, 'https://named/me');

    expect(Object(config)).toHaveProperty('clientId', 'desk');
    expect(Reflect.get(Object(config), 'allowedOrigins')).toEqual(allowedOrigins);
  });

  it.each([
    [['--preset', 'nobody'], /no such preset\. Use one of/],
    [['--token-url', 'https://id/token', '--client-auth', 'zzz'], /client authentication\. Use one of/],
    [
      ['--token-url', 'https://id/token', '--client-auth', 'client_secret_psot'],
      /Did you mean client_secret_post\?/,
    ],
    [['--preset', 'fyma', '--set', `clientSecret=${SECRET}`], /--set takes no secret/],
    [['--preset', 'fyma', '--set', `privateKey.key=-----BEGIN PRIVATE KEY-----`], /--set takes no secret/],
    [['--preset', 'fyma', '--set', '__proto__.a=1'], /form option=value/],
    [['--preset', 'fyma', '--set', 'api..timeout=5'], /form option=value/],
    [['--preset', 'fyma', '--set', 'stage'], /form option=value/],
  ])('of %j is wrong use', async (args, expected) => {
    await expect(read(args)).rejects.toThrow(expected);
    await expect(read(args)).rejects.not.toThrow(SECRET);
  });
});
