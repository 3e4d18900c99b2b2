import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { ClientCredentialsError } from '../base/errors.js';
import type { ClientCredentialsOptions } from './options.js';
import { validateOptions, validateProvider } from './validate.js';

const SECRET = 'do-not-print-me';
const VALID = { tokenUrl: 'https://id.example.com/token', clientId: 'desk', clientSecret: SECRET };

/** Problems listed in the error message. */
function problemsOf(check: () => void): string[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof ClientCredentialsError) || error.code !== 'invalid_configuration') throw error;
    if (inspect(error).includes(SECRET)) throw new Error('The error shows a secret.', { cause: error });
    const lines = error.message.split('\n  - ').slice(1);
    return lines.map((line) => line.replace('providers.desk.', ''));
  }
}

const problemsOfProvider = (config: object): string[] =>
  problemsOf(() => validateProvider('desk', { ...VALID, ...config }));
const problemsOfOptions = (options: unknown): string[] =>
  problemsOf(() => validateOptions(options as ClientCredentialsOptions));

describe('a provider is accepted', () => {
  it.each<[string, object]>([
    ['with the required options only', {}],
    ['on loopback without TLS', { tokenUrl: 'http://localhost:8080/token' }],
    ['on loopback by number', { tokenUrl: 'http://127.8.0.1/token' }],
    ['on loopback by version 6', { tokenUrl: 'http://[::1]/token' }],
    ['with several secrets', { clientSecret: ['a', 'b'] }],
    ['with a function that reads the secret', { clientSecret: async () => 'a' }],
    ['without a secret, as a public client', { clientSecret: undefined, clientAuthentication: 'none' }],
    ['without a secret, with a function', { clientSecret: undefined, clientAuthentication: () => undefined }],
    ['with lists', { scope: ['a'], resource: ['https://x'], allowedOrigins: ['https://api.example.com'] }],
    ['with parameters', { parameters: { realm: 'x' } }],
    ['with a function that returns parameters', { parameters: () => ({}) }],
    [
      'with JSON values in a JSON body',
      { parameters: { n: 1, o: { l: [true, null] } }, dialect: { requestEncoding: 'json' } },
    ],
    ['by GET', { dialect: { method: 'GET', requestEncoding: 'query' } }],
    [
      'without a grant type',
      { dialect: { grantType: null, parameterNames: { scope: null, audience: 'aud' } } },
    ],
    ['with a bare token', { dialect: { response: { accessToken: '' }, authorization: { scheme: '' } } }],
    [
      'with margins of 0',
      { lifetime: { refreshAheadSeconds: 0, expirySkewSeconds: 0 }, reacquire: { cooldownSeconds: 0 } },
    ],
    [
      'with the longest deadline',
      { tokenRequest: { timeoutMs: 2 ** 31 - 1, attempts: 1, axios: { proxy: false } } },
    ],
    [
      'with an API',
      { api: { baseURL: 'https://api.example.com/v1', timeout: 5 }, tokenFor: () => undefined },
    ],
    [
      'with options of axios',
      { api: { family: 6, httpVersion: 2, maxRate: [1, 2], withXSRFToken: () => true } },
    ],
    ['with other options of axios', { api: { family: 0, httpVersion: 1, maxRate: 1, withXSRFToken: false } }],
    ['with a colon in a form-encoded client id', { clientId: 'a:b' }],
  ])('%s', (_, config) => {
    expect(problemsOfProvider(config)).toEqual([]);
  });
});

describe('a provider is refused for', () => {
  it.each<[string, object, problem: string]>([
    ['no token endpoint', { tokenUrl: undefined }, 'tokenUrl: is required'],
    ['a token endpoint that is no URL', { tokenUrl: 'id.example.com' }, 'tokenUrl: must be an absolute URL'],
    ['a token endpoint without TLS', { tokenUrl: 'http://id.example.com' }, 'tokenUrl: must be an https URL'],
    [
      'a host that only begins like loopback',
      { tokenUrl: 'http://127.0.0.1.example.com' },
      'tokenUrl: must be an https URL',
    ],
    ['another scheme', { tokenUrl: 'ftp://id.example.com' }, 'tokenUrl: must be an https URL'],
    [
      'a password in the URL',
      { tokenUrl: `https://u:${SECRET}@id.example.com` },
      'tokenUrl: must not contain a user name',
    ],
    ['an empty id', { clientId: '' }, 'clientId: must not be empty'],
    ['an id that is a number', { clientId: 7 }, 'clientId: must be a string'],
    ['no secret', { clientSecret: undefined }, 'clientSecret: is needed for client_secret_basic'],
    [
      'no secret for client_secret_post',
      { clientSecret: undefined, clientAuthentication: 'client_secret_post' },
      'clientSecret: is needed for client_secret_post',
    ],
    ['an empty secret', { clientSecret: '' }, 'clientSecret: must not be empty'],
    [
      'a token in a header and in the body',
      { dialect: { response: { accessToken: 'token', accessTokenHeader: 'X-Token' } } },
      'dialect.response: names a path and a header',
    ],
    [
      'a header with a blank for the token',
      { dialect: { response: { accessTokenHeader: 'X Token' } } },
      'dialect.response.accessTokenHeader: is not a valid header name',
    ],
    ['an empty list of secrets', { clientSecret: [] }, 'clientSecret: must not be empty'],
    ['a list with an empty secret', { clientSecret: [SECRET, ''] }, 'clientSecret.1: must not be empty'],
    ['a secret that is a number', { clientSecret: 7 }, 'clientSecret: must be'],
    [
      'a secret with clientAuthentication none',
      { clientAuthentication: 'none' },
      "clientSecret: is never sent with clientAuthentication 'none'",
    ],
    [
      'an unknown method',
      { clientAuthentication: SECRET },
      "clientAuthentication: must be one of 'client_secret_basic'",
    ],
    [
      'a colon in a raw id',
      { clientId: 'a:b', dialect: { basicCredentials: 'raw' } },
      'clientId: must not contain a colon',
    ],
    ['a scope that is a number', { scope: 7 }, 'scope: must be a string or a list of strings'],
    ['an empty audience', { audience: '' }, 'audience: must not be empty'],
    ['a list of numbers', { resource: [7] }, 'resource: must be a string or a list of strings'],
    [
      'parameters that are a list',
      { parameters: 'x' },
      'parameters: must be an object of values, or a function that returns one',
    ],
    ['a number in a form', { parameters: { n: 1 } }, 'parameters.n: must be a string unless'],
    ['a standard parameter', { parameters: { scope: SECRET } }, 'parameters.scope: is a standard parameter'],
    [
      'a standard parameter under its renamed name',
      { parameters: { aud: 'x' }, dialect: { parameterNames: { audience: 'aud' } } },
      'parameters.aud: is a standard parameter',
    ],
    [
      'an assertion as a parameter',
      { parameters: { client_assertion: SECRET } },
      'parameters.client_assertion: is a standard',
    ],
    ['an unknown option', { scopes: 'x' }, 'scopes: is no option here; did you mean "scope"?'],
    [
      'an unknown option of the dialect',
      { dialect: { encoding: 'json' } },
      'dialect.encoding: is no option here; did you mean "requestEncoding"?',
    ],
    [
      'an unknown option of the response',
      { dialect: { response: { token: 'x' } } },
      'dialect.response.token: is no option here; check the spelling',
    ],
    [
      'an unknown option of the lifetime',
      { lifetime: { skew: 1 } },
      'lifetime.skew: is no option here; check the spelling',
    ],
    [
      'an unknown option of the request',
      { tokenRequest: { timeout: 1 } },
      'tokenRequest.timeout: is no option here; did you mean "timeoutMs"?',
    ],
    [
      'an unknown option of reacquire',
      { reacquire: { when: 1 } },
      'reacquire.when: is no option here; check the spelling',
    ],
    ['another HTTP method', { dialect: { method: 'PUT' } }, "dialect.method: must be one of 'POST', 'GET'"],
    [
      'a body in GET',
      { dialect: { method: 'GET', requestEncoding: 'form' } },
      "dialect.requestEncoding: must be 'query'",
    ],
    [
      'an unknown encoding',
      { dialect: { requestEncoding: 'xml' } },
      "dialect.requestEncoding: must be one of 'form', 'json', 'query'",
    ],
    [
      'an unknown unit',
      { dialect: { response: { expiresUnit: 'minutes' } } },
      "dialect.response.expiresUnit: must be one of 'seconds'",
    ],
    ['an unknown parameter name', { dialect: { parameterNames: { secret: 'x' } } }, 'dialect.parameterNames'],
    [
      'one name for two parameters',
      { dialect: { parameterNames: { client_id: 'id', audience: 'id' } } },
      'dialect.parameterNames: gives two parameters the name "id"',
    ],
    [
      'a header that HTTP cannot carry',
      { dialect: { headers: { 'x y': SECRET } } },
      'dialect.headers: "x y" is not a valid HTTP header',
    ],
    [
      'a value that HTTP cannot carry',
      { dialect: { apiHeaders: { 'x-y': `${SECRET}\n` } } },
      'dialect.apiHeaders: "x-y" is not a valid HTTP header',
    ],
    [
      'a header name with a blank',
      { dialect: { authorization: { header: 'x y' } } },
      'dialect.authorization.header: is not a valid header name',
    ],
    [
      'a token in a header and in the query',
      { dialect: { authorization: { header: 'x', query: 'y' } } },
      'dialect.authorization: names a header and a query parameter',
    ],
    [
      'a format that is no function',
      { dialect: { authorization: { format: 'x' } } },
      'dialect.authorization.format: must be a function',
    ],
    [
      'a negative margin',
      { lifetime: { expirySkewSeconds: -1 } },
      'lifetime.expirySkewSeconds: must not be negative',
    ],
    [
      'a margin that is a text',
      { lifetime: { refreshAheadSeconds: '60' } },
      'lifetime.refreshAheadSeconds: must be a number of seconds',
    ],
    ['a lifetime of 0', { lifetime: { defaultSeconds: 0 } }, 'lifetime.defaultSeconds: must be more than 0'],
    [
      'a lifetime that is no number',
      { lifetime: { maxSeconds: Number.NaN } },
      'lifetime.maxSeconds: must be a number of seconds',
    ],
    ['a deadline of 0', { tokenRequest: { timeoutMs: 0 } }, 'tokenRequest.timeoutMs: must be at least 1'],
    [
      'a deadline beyond what a timer can hold',
      { tokenRequest: { timeoutMs: 2 ** 31 } },
      'tokenRequest.timeoutMs: must be at most 2147483647',
    ],
    ['half an attempt', { tokenRequest: { attempts: 1.5 } }, 'tokenRequest.attempts: must be a whole number'],
    [
      'axios credentials for the token endpoint',
      { tokenRequest: { axios: { auth: { username: 'u', password: SECRET } } } },
      'tokenRequest.axios.auth: would replace the client authentication',
    ],
    [
      'a token endpoint with a fragment',
      { tokenUrl: 'https://id.example.com/token#here' },
      'tokenUrl: must not have a fragment (RFC 6749 §3.2)',
    ],
    [
      'a scheme that no header can carry',
      { dialect: { authorization: { scheme: 'Bea\nrer' } } },
      'dialect.authorization.scheme: contains characters that a header cannot carry',
    ],
    [
      'a scheme of Basic that no header can carry',
      { dialect: { basicScheme: 'Bas\nic' } },
      'dialect.basicScheme: contains characters that a header cannot carry',
    ],
    ['a family of addresses', { api: { family: 5 } }, 'api.family: must be 4 or 6'],
    ['a version of HTTP', { api: { httpVersion: 3 } }, 'api.httpVersion: must be 1 or 2'],
    ['a rate', { api: { maxRate: [1, 'x'] } }, 'api.maxRate: must be a number or a list of two numbers'],
    [
      'a protection',
      { api: { withXSRFToken: 'yes' } },
      'api.withXSRFToken: must be true, false or a function',
    ],
    [
      'axios credentials for the API',
      { api: { auth: { username: 'u', password: SECRET } } },
      'api.auth: would replace the token',
    ],
    [
      'a password in the URL of the API',
      { api: { baseURL: `https://u:${SECRET}@x` } },
      'api.baseURL: must not contain a user name',
    ],
    ['a relative API', { api: { baseURL: '/v1' } }, 'api.baseURL: must be an absolute URL'],
    [
      'an origin with a path',
      { allowedOrigins: ['https://x', 'https://x/v1'] },
      'allowedOrigins.1: must be an origin without a path',
    ],
    ['an origin that is no URL', { allowedOrigins: ['*'] }, 'allowedOrigins.0: must be an absolute URL'],
    ['one origin alone', { allowedOrigins: 'https://x' }, 'allowedOrigins: must be a list of origins'],
    ['a predicate that is no function', { reacquire: { on: 401 } }, 'reacquire.on: must be a function'],
    ['a tokenFor that is no function', { tokenFor: 'x' }, 'tokenFor: must be a function'],
  ])('%s', (_, config, problem) => {
    const problems = problemsOfProvider(config);

    expect(problems).toHaveLength(1);
    expect(problems[0]?.startsWith(problem) ? problem : problems[0]).toBe(problem);
  });

  it.each([undefined, null, 7, 'https://id.example.com', []])('being %j', (config) => {
    expect(problemsOf(() => validateProvider('desk', config as never)).length).toBeGreaterThan(0);
  });
});

describe('the options of a manager are refused for', () => {
  const providers = { desk: VALID };

  it.each<[string, unknown, problem: string]>([
    ['undefined', undefined, 'options: '],
    ['no providers', {}, 'providers: must be an object of providers by name'],
    ['a provider without a name', { providers: { '': VALID } }, 'providers.'],
    ['an unknown option', { providers, cache: {} }, 'cache: is no option here; check the spelling'],
    ['a store that is no object', { providers, store: 7 }, 'store: must be a TokenStore'],
    [
      'a store without a function',
      { providers, store: { get() {}, set() {} } },
      'store.delete: must be a function',
    ],
    [
      'a store that has room for no token',
      { providers, store: { get() {}, set() {}, delete() {}, maxEntries: 0 } },
      'store.maxEntries: must be at least 1',
    ],
    ['a clock that is no object', { providers, clock: 7 }, 'clock: must have a function now()'],
    [
      'a warmUp that is neither a boolean nor a list',
      { providers, warmUp: 'desk' },
      'warmUp: must be true, false or a list of provider names',
    ],
    [
      'a warmUp of an unknown provider',
      { providers, warmUp: ['desc'] },
      'warmUp: no provider is called "desc"; use one of: desk',
    ],
  ])('%s', (_, options, problem) => {
    const problems = problemsOfOptions(options);

    expect(problems).toHaveLength(1);
    expect(problems[0]?.startsWith(problem) ? problem : problems[0]).toBe(problem);
  });

  it('all problems at once, each by its path', () => {
    const problems = problemsOfOptions({
      providers: {
        desk: { ...VALID, tokenUrl: 'http://id.example.com', lifetime: { skew: 1, maxSeconds: -1 } },
        other: { clientId: 7, clientSecret: SECRET, tokenUrl: 'https://x', parameters: { scope: SECRET } },
      },
      warmUp: ['nobody'],
      clocks: 1,
    });

    expect(problems.map((problem) => problem.split(': ')[0])).toEqual([
      'clocks',
      'lifetime.maxSeconds',
      'lifetime.skew',
      'tokenUrl',
      'providers.other.clientId',
      'providers.other.parameters.scope',
      'warmUp',
    ]);
  });
});
