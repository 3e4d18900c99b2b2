import { parseArgs, type ParseArgsConfig } from 'node:util';
import { misspelt, nearestName } from '../config/spelling.js';
import { UsageError } from './usage-error.js';

const OPTIONS = {
  config: { type: 'string' },
  provider: { type: 'string' },
  tenant: { type: 'string' },
  preset: { type: 'string' },
  'token-url': { type: 'string' },
  issuer: { type: 'string' },
  'client-id': { type: 'string' },
  'client-auth': { type: 'string' },
  scope: { type: 'string' },
  audience: { type: 'string' },
  set: { type: 'string', multiple: true },
  'secret-stdin': { type: 'boolean' },
  call: { type: 'string' },
  timeout: { type: 'string' },
  json: { type: 'boolean' },
  curl: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const satisfies NonNullable<ParseArgsConfig['options']>;

const NAMES = Object.keys(OPTIONS);
const OF_CONFIG = ['provider', 'tenant'] as const;
const OF_ONE_PROVIDER = [
  'preset',
  'token-url',
  'issuer',
  'client-id',
  'client-auth',
  'scope',
  'audience',
  'set',
  'secret-stdin',
] as const;
// A timer of Node takes up to 24 days.
const MAX_TIMEOUT_SECONDS = 86_400;

/** One provider, as the arguments describe it. */
export interface OneProviderArguments {
  readonly preset: string | undefined;
  readonly tokenUrl: string | undefined;
  readonly issuer: string | undefined;
  readonly clientId: string | undefined;
  readonly clientAuthentication: string | undefined;
  readonly scope: string | undefined;
  readonly audience: string | undefined;
  /** Further options, each as `name=value`. */
  readonly set: readonly string[];
  readonly isSecretOnStdin: boolean;
}

/** What the command is asked to do. */
export interface DoctorArguments {
  /** File with the options, or else the one provider. */
  readonly subject: { readonly config: string } | OneProviderArguments;
  readonly provider: string | undefined;
  readonly tenant: string | undefined;
  readonly call: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly isJson: boolean;
  readonly isCurl: boolean;
}

/** Reads the arguments. No message repeats a value: any value may be a secret. */
export function readArguments(args: readonly string[]): DoctorArguments | 'help' | 'version' {
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) if (token.kind === 'option') checkOption(token);
  if (values.help === true) return 'help';
  if (values.version === true) return 'version';
  if (positionals[0] !== 'doctor')
    throw new UsageError('The command is missing. Write: nestjs-client-credentials doctor [options].');
  if (positionals.length > 1)
    throw new UsageError(
      'There is a word too many. Quote values with blanks, and write each option with --.',
    );

  const given = new Set(Object.keys(values));
  const text = (name: keyof typeof OPTIONS): string | undefined => textOf(values[name]);
  const set = [values.set ?? []].flat().filter((pair) => typeof pair === 'string');
  const { config } = values;
  if (typeof config === 'string') refuse(OF_ONE_PROVIDER, given, 'is for one provider, without --config');
  else refuse(OF_CONFIG, given, 'goes with --config');
  if (values.curl === true) refuse(['json', 'call'], given, 'does not go with --curl');
  const hasOne = [values.preset, values['token-url'], values.issuer].some((value) => value !== undefined);
  if (config === undefined && !hasOne)
    throw new UsageError(
      'No provider is named. Write --config FILE, --preset NAME, --token-url URL or --issuer URL.',
    );
  return {
    subject:
      typeof config === 'string'
        ? { config }
        : {
            preset: text('preset'),
            tokenUrl: text('token-url'),
            issuer: text('issuer'),
            clientId: text('client-id'),
            clientAuthentication: text('client-auth'),
            scope: text('scope'),
            audience: text('audience'),
            set,
            isSecretOnStdin: values['secret-stdin'] === true,
          },
    provider: text('provider'),
    tenant: text('tenant'),
    call: text('call'),
    timeoutMs: timeoutOf(text('timeout')),
    isJson: values.json === true,
    isCurl: values.curl === true,
  };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function checkOption({ name, rawName, value, inlineValue }: OptionToken): void {
  const known = Object.entries(OPTIONS).find(([option]) => option === name)?.[1];
  if (known === undefined || !rawName.startsWith('--')) {
    if (name === 'help') return;
    throw new UsageError(unknownOption(name, rawName));
  }
  if (known.type === 'boolean') {
    if (value !== undefined) throw new UsageError(`--${name} takes no value.`);
    return;
  }
  // What begins like an option is taken for a value that was forgotten.
  const isMissing = value === undefined || value === '' || (inlineValue !== true && value.startsWith('-'));
  if (isMissing) throw new UsageError(`--${name} needs a value.`);
}

function unknownOption(name: string, rawName: string): string {
  const isSecret = /secret|password/i.test(name) && misspelt(name, NAMES) === undefined;
  if (isSecret) {
    return `${rawName} is no option, since others can read the arguments of a command. Put the secret into the variable CLIENT_SECRET, or pass it with --secret-stdin.`;
  }
  const longer = NAMES.filter((option) => option.startsWith(name));
  const near = nearestName(name, NAMES) ?? (longer.length === 1 ? longer[0] : undefined);
  return `${rawName} is no option.${near === undefined ? '' : ` Did you mean --${near}?`}`;
}

function refuse(names: readonly string[], given: ReadonlySet<string>, why: string): void {
  const wrong = names.find((name) => given.has(name));
  if (wrong !== undefined) throw new UsageError(`--${wrong} ${why}.`);
}

function timeoutOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= MAX_TIMEOUT_SECONDS))
    throw new UsageError('--timeout must be a number of seconds above 0, at most 86400.');
  return Math.ceil(seconds * 1000);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
