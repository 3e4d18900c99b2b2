import type { Certificate } from '../../config/credentials.js';
import type { JsonValue } from '../../config/dialect.js';
import type { ProviderConfig } from '../../config/options.js';
import { isPem } from '../../config/signing-key.js';
import { isPublicHeader } from '../../oauth/token-request.js';
import { variable, variableName } from './shell.js';

/** Begins a variable that holds JSON, and so stands without quotes in a JSON body. */
export const JSON_PREFIX = 'JSON_PARAMETER';

/** A client's options with a variable in the place of each value that counts as secret, and without functions. */
export function publicConfig(config: ProviderConfig): ProviderConfig {
  const { tokenUrl, dialect, parameters } = config;
  return {
    ...config,
    ...(tokenUrl !== undefined && { tokenUrl: withPublicQuery(tokenUrl) }),
    ...(dialect?.headers !== undefined && {
      dialect: { ...dialect, headers: publicHeaders(dialect.headers) },
    }),
    ...(parameters !== undefined && {
      parameters: typeof parameters === 'function' ? {} : publicParameters(parameters),
    }),
  };
}

function withPublicQuery(tokenUrl: string): string {
  const url = new URL(tokenUrl);
  if (url.search === '') return tokenUrl;
  for (const name of new Set(url.searchParams.keys()))
    url.searchParams.set(name, variable(variableName('QUERY', name)));
  return url.href;
}

function publicHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    shown[name] = isPublicHeader(name) ? value : variable(variableName('HEADER', name));
  return shown;
}

function publicParameters(parameters: Readonly<Record<string, JsonValue>>): Record<string, JsonValue> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      variable(variableName(typeof value === 'string' ? 'PARAMETER' : JSON_PREFIX, name)),
    ]),
  );
}

/** Arguments of curl for a client certificate: its files, as far as the options name files. */
export function certificateArguments({ certificate }: ProviderConfig): [string, string][] {
  if (certificate === undefined) return [];
  const { cert, key, ca, passphrase }: Partial<Certificate> =
    typeof certificate === 'function' ? {} : certificate;
  const [authority] = [ca ?? []].flat();
  return [
    ['--cert', fileOf(cert, 'CLIENT_CERTIFICATE_FILE')],
    ['--key', fileOf(key, 'CLIENT_KEY_FILE')],
    ...(authority === undefined ? [] : [['--cacert', fileOf(authority, 'CA_FILE')] as [string, string]]),
    ...(passphrase === undefined ? [] : [['--pass', variable('PASSPHRASE')] as [string, string]]),
  ];
}

/** The file, or the variable that names one where the options have the contents. */
function fileOf(part: string | undefined, name: string): string {
  return part === undefined || isPem(part) ? variable(name) : part;
}
