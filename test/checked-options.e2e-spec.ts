import { Agent } from 'node:https';
import { describe, expect, it } from '@jest/globals';
import { TokenManager, type ProviderConfig } from 'nestjs-client-credentials/core';

const SECRET = 'a-secret-nobody-may-see';

const plain: ProviderConfig = {
  tokenUrl: 'https://id.example.com/token',
  clientId: 'desk',
  clientSecret: SECRET,
};

/** What the manager says of options when it is built; `undefined` where it takes them. */
function complaintAbout(options: object): { code?: string; message: string } | undefined {
  try {
    void new TokenManager({ providers: { desk: { ...plain, ...options } } });
    return undefined;
  } catch (error) {
    return error as { code?: string; message: string };
  }
}

const wrong: [path: string, api: object][] = [
  ['timeout', { timeout: '5s' }],
  ['timeout', { timeout: -1 }],
  ['timeout', { timeout: Number.NaN }],
  ['timeout', { timeout: Infinity }],
  ['baseURI', { baseURI: 'https://api.example.com' }],
  ['timout', { timout: 5_000 }],
  ['maxRedirect', { maxRedirect: 0 }],
  ['decompress', { decompress: 'yes' }],
  ['baseUrl', { baseUrl: 'https://api.example.com' }],
  ['baseURL', { baseURL: 42 }],
  ['baseURL', { baseURL: 'api.example.com' }],
  ['baseURL', { baseURL: '' }],
  ['header', { header: { 'X-Mine': '1' } }],
  ['headers', { headers: 'X-Mine: 1' }],
  ['headers', { headers: { 'X-Mine': 'a\nb' } }],
  ['headers', { headers: { get: { 'X-Mine': 'a\r\nb' } } }],
  ['httpsAgent', { httpsAgent: {} }],
  ['params', { params: 'a=1' }],
  ['maxRedirects', { maxRedirects: 'none' }],
  ['maxContentLength', { maxContentLength: '1mb' }],
  ['responseType', { responseType: 'xml' }],
  ['validateStatus', { validateStatus: 200 }],
  ['httpsAgent', { httpsAgent: 'https://proxy.example.com' }],
  ['proxy', { proxy: 'http://proxy.example.com:3128' }],
  ['adapter', { adapter: 'node' }],
  ['transformRequest', { transformRequest: 'json' }],
];

describe.each([
  ['api', (value: object) => ({ api: value }), wrong],
  [
    'tokenRequest.axios',
    (value: object) => ({ tokenRequest: { axios: value } }),
    wrong.filter(([path]) => path !== 'baseURL'),
  ],
] as const)('the options for axios at %s', (where, at, mistakes) => {
  it.each(mistakes)('are checked when the manager is built: %s in %j', (path, value) => {
    const complaint = complaintAbout(at(value));

    expect(complaint).toMatchObject({ code: 'invalid_configuration' });
    expect(complaint?.message).toContain(`providers.desk.${where}.${path}`);
  });

  it('are taken where they are right, also those that axios gets from its own plugins', () => {
    const right = {
      timeout: 5_000,
      headers: { 'X-Mine': '1', common: { 'X-Common': '1' } },
      params: { page: 1 },
      paramsSerializer: { indexes: null },
      maxRedirects: 0,
      maxContentLength: Infinity,
      maxBodyLength: -1,
      responseType: 'json',
      validateStatus: null,
      httpsAgent: new Agent(),
      proxy: false,
      transitional: { clarifyTimeoutError: true },
      decompress: true,
      raxConfig: { retry: 3 },
      'axios-retry': { retries: 3 },
    };

    const complaint = complaintAbout(at(right));

    expect(complaint?.message).toBeUndefined();
  });
});

describe('options that are wrong in many places', () => {
  it('are told of all at once, without a secret', () => {
    const complaint = complaintAbout({
      api: { timeout: '5s', baseUrl: 'https://api.example.com' },
      tokenRequest: { timeoutMs: '5s', axios: { timeout: '5s' } },
      lifetime: { refreshAhead: 30 },
    });

    expect(complaint).toMatchObject({ code: 'invalid_configuration' });
    for (const path of [
      'api.timeout',
      'api.baseUrl',
      'tokenRequest.timeoutMs',
      'tokenRequest.axios.timeout',
      'lifetime.refreshAhead',
    ]) {
      expect(complaint?.message).toContain(`providers.desk.${path}`);
    }
    expect(complaint?.message).not.toContain(SECRET);
  });

  it('name the option that was probably meant', () => {
    const complaint = complaintAbout({ api: { baseUrl: 'https://api.example.com' } });

    expect(complaint?.message).toContain('baseURL');
  });
});

describe('credentials with a line break or a tab at an end', () => {
  it.each(['\n', '\r\n', '\t'])('are refused when the manager is built, and not shown: %j', (blank) => {
    const complaints = [
      complaintAbout({ clientSecret: SECRET + blank }),
      complaintAbout({ clientSecret: blank + SECRET }),
      complaintAbout({ clientSecret: ['other', SECRET + blank] }),
    ];

    for (const complaint of complaints) {
      expect(complaint).toMatchObject({ code: 'invalid_configuration' });
      expect(complaint?.message).toContain('clientSecret');
      expect(complaint?.message).not.toContain(SECRET);
    }
  });

  it.each(['\n', '\r\n', '\t'])('are refused in an id as well: %j', (blank) => {
    const complaint = complaintAbout({ clientId: `desk${blank}` });

    expect(complaint).toMatchObject({ code: 'invalid_configuration' });
    expect(complaint?.message).toContain('providers.desk.clientId');
  });

  it('are refused where a function answers them', async () => {
    const desk = { ...plain, clientSecret: () => `${SECRET}\n` };

    const error = await new TokenManager({ providers: { desk } })
      .source('desk')
      .getToken()
      .catch((reason: unknown) => reason);

    expect(error).toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringContaining('clientSecret'),
    });
    expect(String(error)).not.toContain(SECRET);
  });
});

describe('a header of api in the place of the token', () => {
  it.each([
    ['Authorization', { api: { headers: { authorization: 'Bearer mine' } } }],
    [
      'x-api-token',
      {
        api: { headers: { get: { 'X-Api-Token': 'mine' } } },
        dialect: { authorization: { header: 'x-api-token' } },
      },
    ],
  ])('is told of once, when the manager is built: %s', (header, options) => {
    const warnings: string[] = [];

    void new TokenManager(
      { providers: { desk: { ...plain, ...options } } },
      (message) => void warnings.push(message),
    );

    expect(warnings).toEqual([expect.stringContaining(`api.headers sets ${header}`)]);
    expect(warnings.join()).not.toContain('mine');
  });
});
