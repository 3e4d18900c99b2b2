import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { invalidConfiguration } from '../base/errors.js';
import { isObject } from '../base/objects.js';
import type { PrivateKey } from '../config/credentials.js';
import type { ProviderConfig } from '../config/options.js';
import { preset } from './preset.js';
import { scopeClaim } from './scope-claim.js';

const NAME = 'googleServiceAccount';
const TOKEN_URL = 'https://oauth2.googleapis.com/token';

/** The fields of Google's JSON key file that are read. */
export interface GoogleServiceAccountKey {
  /** The service account. */
  client_email: string;
  /** The private key, PEM. */
  private_key: string;
  /** The id of the key. */
  private_key_id?: string;
  /** The token endpoint. */
  token_uri?: string;
}

/** The options of {@link googleServiceAccount}: `credentials` or `keyFile`. */
export interface GoogleServiceAccountOptions extends Partial<ProviderConfig> {
  /** The parsed contents of the key file. */
  credentials?: GoogleServiceAccountKey;
  /** Path of the key file. The key is read for every token request, so that a new key is picked up without a restart. */
  keyFile?: string;
  /** The user on whose behalf the account acts, where a Workspace administrator delegated that. */
  subject?: string;
}

/**
 * Configuration for a Google service account, from the JSON key file.
 *
 * The grant is a JWT that the account's key signs, with the scopes as its claim `scope`. Tokens live for an hour.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` for a file that cannot be read, or that is no key of a service account
 * @example
 * ```ts
 * googleServiceAccount({
 *   keyFile: process.env.GOOGLE_APPLICATION_CREDENTIALS,
 *   scope: 'https://www.googleapis.com/auth/drive.readonly',
 * });
 * ```
 * @see https://developers.google.com/identity/protocols/oauth2/service-account (2026-11-27)
 */
export function googleServiceAccount(options: GoogleServiceAccountOptions): ProviderConfig {
  const { credentials, keyFile, subject, ...rest } = options;
  const account = credentials === undefined ? accountIn(keyFile) : checked(credentials, 'credentials');
  const { client_email: clientId, token_uri: tokenUrl = TOKEN_URL } = account;
  const privateKey =
    keyFile === undefined || credentials !== undefined ? keyOf(account) : () => currentKey(keyFile, clientId);
  return preset(
    {
      tokenUrl,
      privateKey,
      grant: {
        type: 'jwt_bearer',
        claims: scopeClaim,
        audience: tokenUrl,
        ...(subject !== undefined && { subject }),
      },
      // The scopes are a claim.
      dialect: { parameterNames: { scope: null } },
    },
    { clientId, ...rest },
  );
}

function accountIn(keyFile: string | undefined): GoogleServiceAccountKey {
  if (keyFile === undefined || keyFile === '')
    throw invalidConfiguration(['keyFile: is required, or credentials'], NAME);
  let text: string;
  try {
    text = readFileSync(keyFile, 'utf8');
  } catch {
    throw invalidConfiguration([`keyFile: the file ${keyFile} cannot be read`], NAME);
  }
  return parsed(text);
}

/** The key as the file now has it. */
async function currentKey(keyFile: string, clientId: string): Promise<PrivateKey> {
  const account = parsed(await readFile(keyFile, 'utf8'));
  if (account.client_email === clientId) return keyOf(account);
  throw invalidConfiguration(['keyFile: is now the key of another service account: restart to use it'], NAME);
}

function keyOf({ private_key: key, private_key_id: kid }: GoogleServiceAccountKey): PrivateKey {
  return { key, ...(kid !== undefined && { kid }) };
}

function parsed(text: string): GoogleServiceAccountKey {
  let contents: unknown;
  try {
    contents = JSON.parse(text);
  } catch {
    // The parser's message may quote the key.
  }
  return checked(contents, 'keyFile');
}

function checked(given: unknown, option: string): GoogleServiceAccountKey {
  if (isKey(given)) return given;
  throw invalidConfiguration(
    [`${option}: must be the JSON key of a service account, with client_email and private_key`],
    NAME,
  );
}

function isKey(given: unknown): given is GoogleServiceAccountKey {
  return (
    isObject(given) && typeof given['client_email'] === 'string' && typeof given['private_key'] === 'string'
  );
}
