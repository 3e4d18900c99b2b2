import { describe, expect, it } from '@jest/globals';
import { readArguments } from './arguments.js';
import { oneProvider } from './one-provider.js';
import { UsageError } from './usage-error.js';

const SECRET = 'secret-of-the-arguments';

describe('the arguments', () => {
  it('name a module with options', () => {
    const read = readArguments([
      'doctor',
      '--config=a.mjs',
      '--provider',
      'desk',
      '--json',
      '--timeout',
      '2.5',
    ]);

    expect(read).toMatchObject({
      subject: { config: 'a.mjs' },
      provider: 'desk',
      isJson: true,
      isCurl: false,
      timeoutMs: 2500,
    });
  });

  it('name one provider, whose scopes may have a dash at the beginning', () => {
    const read = readArguments([
      'doctor',
      '--issuer',
      'https://id',
      '--scope=-a',
      '--set',
      'a=1',
      '--set',
      'b=2',
    ]);

    expect(read).toMatchObject({ subject: { issuer: 'https://id', scope: '-a', set: ['a=1', 'b=2'] } });
  });

  it.each([
    [['--help'], 'help'],
    [['doctor', '-h'], 'help'],
    [['--version'], 'version'],
  ])('%j ask for %s', (args, expected) => {
    expect(readArguments(args)).toBe(expected);
  });

  it.each([
    [[], /command is missing/],
    [['doctr'], /command is missing/],
    [['doctor'], /No provider is named/],
    [['doctor', '--client-iid', 'x'], /Did you mean --client-id\?/],
    [['doctor', '--cal', 'x'], /Did you mean --call\?/],
    [['doctor', '--secret-stdi'], /Did you mean --secret-stdin\?/],
    [['doctor', '--client-secret', SECRET], /CLIENT_SECRET.*--secret-stdin/],
    [['doctor', `--client-secret=${SECRET}`], /CLIENT_SECRET.*--secret-stdin/],
    [['doctor', '--password', SECRET], /CLIENT_SECRET.*--secret-stdin/],
    [['doctor', '--config', '--json'], /--config needs a value/],
    [['doctor', '--config'], /--config needs a value/],
    [['doctor', `--json=${SECRET}`], /--json takes no value/],
    [['doctor', '--config', 'x.json', '--scope', 'a'], /--scope is for one provider/],
    [['doctor', '--preset', 'fyma', '--provider', 'a'], /--provider goes with --config/],
    [['doctor', '--preset', 'fyma', '--curl', '--json'], /--json does not go with --curl/],
    [['doctor', '--preset', 'fyma', '--timeout', 'soon'], /--timeout must be/],
    [['doctor', '--preset', 'fyma', '--timeout', '0'], /--timeout must be/],
    [['doctor', '--preset', 'fyma', SECRET], /a word too many/],
  ])('%j are wrong', (args, expected) => {
    expect(() => readArguments(args)).toThrow(UsageError);
    expect(() => readArguments(args)).toThrow(expected);
    expect(() => readArguments(args)).not.toThrow(SECRET);
  });
});

describe('one provider', () => {
  const read = async (args: string[], call?: string): Promise<unknown> => {
    const given = readArguments(['doctor', '--client-id', 'desk', ...args]);
    if (typeof given === 'string' || 'config' in given.subject) throw new Error('not one provider');
    const candidate = await oneProvider(given.subject, { call, readSecret: async () => SECRET });
    return candidate.read();
  };

  it('has the options of --set, words of options among them', async () => {
    const set = [
      'stage=a=b',
      'dialect.grantType=null',
      'dpop=true',
      'parameters.flag=true',
      'api.baseURL=https://api',
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
      api: { baseURL: 'https://api' },
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
  ])('of %j lets the token go to a named address: %j', async (args, allowedOrigins) => {
    const config = await read(args, 'https://named/me');

    expect(Object(config)).toHaveProperty('clientId', 'desk');
    expect(Reflect.get(Object(config), 'allowedOrigins')).toEqual(allowedOrigins);
  });

  it.each([
    [['--preset', 'nobody'], /no such preset/],
    [
      ['--token-url', 'https://id/token', '--client-auth', 'client_secret_psot'],
      /Did you mean client_secret_post\?/,
    ],
    [['--preset', 'fyma', '--set', `clientSecret=${SECRET}`], /--set takes no secret/],
    [['--preset', 'fyma', '--set', `privateKey.key=-----BEGIN PRIVATE KEY-----`], /--set takes no secret/],
    [['--preset', 'fyma', '--set', '__proto__.a=1'], /form option=value/],
    [['--preset', 'fyma', '--set', 'stage'], /form option=value/],
  ])('of %j is wrong use', async (args, expected) => {
    await expect(read(args)).rejects.toThrow(expected);
    await expect(read(args)).rejects.not.toThrow(SECRET);
  });
});
