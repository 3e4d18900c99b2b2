import { describe, expect, it } from '@jest/globals';
import { readArguments } from './arguments.js';
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
