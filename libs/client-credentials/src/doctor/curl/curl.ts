import { authenticationMethodOf } from '../../config/authentication-method.js';
import type { TokenRequestAttempt } from '../../config/credentials.js';
import type { ProviderConfig } from '../../config/options.js';
import { resolveProvider, type Provider } from '../../config/resolve.js';
import {
  clientAssertion,
  clientIdAlone,
  clientSecretBasic,
  clientSecretPost,
} from '../../oauth/client-auth/methods.js';
import { metadataUrlsOf } from '../../oauth/server/metadata.js';
import { attemptOf, encodeAttempt } from '../../oauth/token-request.js';
import { resolveRequest } from '../../token/token-key.js';
import type { ClientConfig } from '../client-config.js';
import { oneLine } from '../step.js';
import { certificateArguments, JSON_PREFIX, publicConfig } from './public-client.js';
import { shellWord, variable, variablesIn } from './shell.js';

const SECRET = variable('CLIENT_SECRET');
const FORM = 'application/x-www-form-urlencoded';
// What form encoding leaves as it is.
const PLAIN = /^[\w.*-]*$/;

/** The token request of a client as a curl command, with shell variables in the place of secrets. Sends nothing. */
export function curlOf({ name, config: given, tenant }: ClientConfig): string {
  const provider = resolveProvider(name, publicConfig(given), tenant);
  const { config } = provider;
  const { scope, audience, resource, parameters } = config;
  const request = resolveRequest({
    ...(scope !== undefined && { scope }),
    ...(audience !== undefined && { audience }),
    ...(resource !== undefined && { resource }),
    ...(typeof parameters === 'object' && { parameters }),
  });
  const url = config.tokenUrl ?? variable('TOKEN_URL');
  const attempt = attemptOf(provider, { url }, request, request.parameters);
  authenticate(attempt, provider);
  const words = [
    ...headerWords(attempt, provider),
    ...certificateArguments(config).map(([option, value]) => `${option} ${shellWord(value)}`),
    ...bodyWords(attempt, provider),
  ];
  const { requestEncoding: encoding } = provider.dialect;
  const start =
    encoding === 'query' ? `curl --get${attempt.method === 'GET' ? '' : ' --request POST'}` : 'curl';
  const command = [`${start} ${shellWord(attempt.url)}`, ...words].join(' \\\n  ');
  const title = tenant === undefined ? name : `${name}, tenant ${JSON.stringify(tenant)}`;
  return [
    ...[title, ...remarksOn(given, provider, command)].map((line) => `# ${oneLine(line)}`),
    command,
    '',
  ].join('\n');
}

function authenticate(attempt: TokenRequestAttempt, { config, dialect }: Provider): void {
  const client = { clientId: config.clientId, dialect };
  if (config.grant !== undefined) attempt.parameters['assertion'] = variable('ASSERTION');
  const method = authenticationMethodOf(config);
  if (typeof method === 'function') return;
  switch (method) {
    case 'client_secret_basic':
      clientSecretBasic(client, SECRET, attempt);
      break;
    case 'client_secret_post':
      clientSecretPost(client, SECRET, attempt);
      break;
    case 'client_secret_jwt':
    case 'private_key_jwt':
      clientAssertion(client, variable('CLIENT_ASSERTION'), attempt);
      break;
    case 'tls_client_auth':
    case 'self_signed_tls_client_auth':
    case 'none':
      clientIdAlone(client, attempt);
      break;
    case undefined:
      // The grant alone is sent.
      break;
  }
}

function headerWords({ headers }: TokenRequestAttempt, { config, dialect }: Provider): string[] {
  const words: string[] = [];
  const basic = `${dialect.basicScheme} `;
  for (const [name, value] of Object.entries(headers)) {
    const isBasic = name === 'authorization' && authenticationMethodOf(config) === 'client_secret_basic';
    if (isBasic) words.push(basicWord(basic, Buffer.from(value.slice(basic.length), 'base64').toString()));
    // What curl sends by itself.
    else if (name !== 'content-type' || value !== FORM)
      words.push(`--header ${shellWord(`${name}: ${value}`)}`);
  }
  if (config.dpop !== undefined) words.push(`--header ${shellWord(`DPoP: ${variable('DPOP_PROOF')}`)}`);
  return words;
}

/** The argument for HTTP Basic; of another scheme the header itself, which the shell encodes. */
function basicWord(scheme: string, pair: string): string {
  if (scheme === 'Basic ') return `--user ${shellWord(pair)}`;
  return `--header "Authorization: ${scheme}$(printf %s ${shellWord(pair)} | base64 | tr -d '\\n')"`;
}

function bodyWords(attempt: TokenRequestAttempt, { dialect }: Provider): string[] {
  if (dialect.requestEncoding === 'json') {
    const json = JSON.stringify(attempt.parameters);
    // A variable that holds JSON stands without the quotes of a text.
    const body = json.replaceAll(new RegExp(`"(${variable(`${JSON_PREFIX}_[A-Z0-9_]*?`)})"`, 'g'), '$1');
    return [`--data-raw ${shellWord(body)}`];
  }
  const { body = '' } = encodeAttempt(attempt, { ...dialect, requestEncoding: 'form' });
  const pairs = [...new URLSearchParams(body)];
  if (pairs.length === 0) return dialect.requestEncoding === 'form' ? ["--data ''"] : [];
  return pairs.map(
    ([name, value]) => `--data-urlencode ${shellWord(`${encodeURIComponent(name)}=${value}`)}`,
  );
}

function remarksOn(given: ProviderConfig, { config, dialect }: Provider, command: string): string[] {
  const remarks: string[] = [];
  const { issuer, tokenUrl, clientId, clientSecret, clientAuthentication, parameters } = given;
  const method = authenticationMethodOf(given);
  const names = [...command.matchAll(/\$([A-Z][A-Z0-9_]*)/g)].map(([, name = '']) => name);
  if (names.length > 0) remarks.push(`Set ${[...new Set(names)].join(', ')} first.`);
  if (tokenUrl === undefined && issuer !== undefined)
    remarks.push(`TOKEN_URL is the token_endpoint of ${metadataUrlsOf(new URL(issuer))[0] ?? ''}`);
  const isEncoded = method === 'client_secret_basic' && dialect.basicCredentials === 'form-encoded';
  const secrets = typeof clientSecret === 'function' ? [] : [clientSecret ?? []].flat();
  if (isEncoded && ![clientId, ...secrets].every((text) => PLAIN.test(text)))
    remarks.push(
      'The library form-encodes id and secret before Basic (RFC 6749 §2.3.1): form-encode CLIENT_SECRET too.',
    );
  if (variablesIn(JSON.stringify(config.parameters ?? {})).some((name) => name.startsWith(JSON_PREFIX)))
    remarks.push(`Variables that begin with ${JSON_PREFIX} hold JSON.`);
  if (typeof clientAuthentication === 'function')
    remarks.push('clientAuthentication is a function: what it adds is not shown.');
  if (typeof parameters === 'function')
    remarks.push('parameters is a function: what it returns is not shown.');
  return remarks;
}
