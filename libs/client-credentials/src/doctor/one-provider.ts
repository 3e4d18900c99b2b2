import { authenticationMethodOf, isSecretMethod } from '../config/authentication-method.js';
import { CLIENT_AUTHENTICATION_METHODS } from '../config/credentials.js';
import { layerOptions } from '../config/layered-options.js';
import { isKeyText } from '../config/signing-key.js';
import { nearestName } from '../config/spelling.js';
import { asObject, isObject, withoutUndefined } from '../base/objects.js';
import type { OneProviderArguments } from './arguments.js';
import type { Candidate } from './candidate.js';
import { PRESETS } from './presets.js';
import { UsageError } from './usage-error.js';

const NO_PATH_OF_AN_OPTION = new Set(['__proto__', 'constructor', 'prototype', '']);
// Options whose values are texts, whatever they look like.
const OF_TEXTS = /^(parameters|dialect\.(headers|apiHeaders))\./;

/**
 * The provider that the arguments describe.
 *
 * @param readSecret - reads the secret, if the method of client authentication needs one
 * @throws {@link UsageError} for an unknown preset or method, or without client id or secret
 */
export async function oneProvider(
  given: OneProviderArguments,
  { call, readSecret }: { call: string | undefined; readSecret: () => Promise<string> },
): Promise<Candidate> {
  const preset = given.preset === undefined ? undefined : presetOf(given.preset);
  const clientAuthentication = methodOf(given.clientAuthentication);
  const clientId = given.clientId ?? (process.env['CLIENT_ID'] || undefined);
  const options: Record<string, unknown> = layerOptions<Record<string, unknown>>(
    withoutUndefined({
      tokenUrl: given.tokenUrl,
      issuer: given.issuer,
      clientId,
      clientAuthentication,
      scope: given.scope,
      audience: given.audience,
    }),
    settingsOf(given.set),
  );
  const planned = planOf(preset, options);
  if (isClientIdMissing(planned))
    throw new UsageError('The client id is missing. Write --client-id ID, or set the variable CLIENT_ID.');
  if (needsSecret(planned)) options['clientSecret'] = await readSecret();
  // With another token endpoint, the preset's own API is not meant.
  const isApiKnown = (preset !== undefined && given.tokenUrl === undefined) || 'api' in options;
  return {
    name: given.preset ?? hostOf(given.tokenUrl ?? given.issuer ?? ''),
    hint: 'Options without a flag of their own are given as --set option=value.',
    read: () => {
      const config: unknown = preset === undefined ? options : Reflect.apply(preset, undefined, [options]);
      return isApiKnown ? config : withNamedOrigin(config, call);
    },
  };
}

/** Allows the origin that `--call` names. Where no API is known, the address there is meant to get the token. */
function withNamedOrigin(config: unknown, call: string | undefined): unknown {
  const isKnown = isObject(config) && config['allowedOrigins'] !== undefined;
  if (!isObject(config) || isKnown || call === undefined || !URL.canParse(call)) return config;
  return { ...config, allowedOrigins: [new URL(call).origin] };
}

function presetOf(name: string): (options: never) => unknown {
  const preset = Object.hasOwn(PRESETS, name) ? PRESETS[name] : undefined;
  if (preset !== undefined) return preset;
  const names = Object.keys(PRESETS);
  const near = nearestName(name, names);
  throw new UsageError(
    `There is no such preset.${near === undefined ? '' : ` Did you mean ${near}?`} Use one of: ${names.join(', ')}.`,
  );
}

function methodOf(name: string | undefined): string | undefined {
  const names: readonly string[] = CLIENT_AUTHENTICATION_METHODS;
  if (name === undefined || names.includes(name)) return name;
  const near = nearestName(name, names);
  throw new UsageError(
    `--client-auth names no method of client authentication.${near === undefined ? '' : ` Did you mean ${near}?`} Use one of: ${names.join(', ')}.`,
  );
}

/** The options with those of the preset; `undefined` if the preset takes them for wrong, which is told later. */
function planOf(
  preset: ((options: never) => unknown) | undefined,
  options: Record<string, unknown>,
): Record<string, unknown> | undefined {
  if (preset === undefined) return options;
  // Some presets ask for a secret or another credential.
  for (const given of [options, { ...options, clientSecret: 'unknown' }]) {
    try {
      return { ...asObject(Reflect.apply(preset, undefined, [given])), clientSecret: undefined };
    } catch {
      continue;
    }
  }
  return undefined;
}

/** Key files have the client id in them. */
function isClientIdMissing(planned: Record<string, unknown> | undefined): boolean {
  const { clientId } = planned ?? { clientId: 'unknown' };
  return clientId === undefined || clientId === '';
}

function needsSecret(planned: Record<string, unknown> | undefined): boolean {
  return planned !== undefined && isSecretMethod(authenticationMethodOf(planned));
}

/** Options from `name=value`; a dot in a name leads into an option. */
function settingsOf(pairs: readonly string[]): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const pair of pairs) {
    const [path, value] = splitAt(pair, pair.indexOf('='));
    const names = path.split('.');
    if (value === undefined || names.some((name) => NO_PATH_OF_AN_OPTION.has(name)))
      throw new UsageError('--set needs the form option=value, such as stage=prod.');
    if (/secret/i.test(path) || isKeyText(value)) {
      throw new UsageError(
        '--set takes no secret, since others can read the arguments of a command. Put the secret into the variable CLIENT_SECRET, and name the file of a key.',
      );
    }
    place(settings, names, OF_TEXTS.test(path) ? value : valueOf(value));
  }
  return settings;
}

function place(settings: Record<string, unknown>, [name = '', ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    settings[name] = value;
    return;
  }
  const inner = settings[name];
  const group: Record<string, unknown> = isObject(inner) ? inner : {};
  settings[name] = group;
  place(group, rest, value);
}

/** `dpop=true` and `dialect.grantType=null` are the words of options, not texts. */
function valueOf(text: string): unknown {
  const words: Record<string, unknown> = { true: true, false: false, null: null };
  return Object.hasOwn(words, text) ? words[text] : text;
}

function splitAt(text: string, at: number): [string, string?] {
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'provider';
}
