import { afterEach, describe, expect, it } from '@jest/globals';
import type { Dialect } from '../config/dialect.js';
import {
  startAuthorizationServer,
  type AuthorizationServer,
  type AuthorizationServerOptions,
} from './index.js';

let server: AuthorizationServer;

async function start(options?: AuthorizationServerOptions): Promise<AuthorizationServer> {
  server = await startAuthorizationServer(options);
  return server;
}

afterEach(() => server.close());

const basic = (credentials: string, scheme = 'Basic'): { authorization: string } => ({
  authorization: `${scheme} ${Buffer.from(credentials).toString('base64')}`,
});
const rightClient = basic('client:secret');
const grant = { grant_type: 'client_credentials' };

const encode = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);

/** Posts a form, unless `init` says something else. */
async function ask(
  parameters: Record<string, string> | [string, string][] = grant,
  init: RequestInit & { url?: string } = { headers: rightClient },
): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
  const { url = server.tokenUrl, ...rest } = init;
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(parameters), ...rest });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

describe('the token endpoint', () => {
  it('answers in the form of RFC 6749 §5.1', async () => {
    await start();

    const { status, body, headers } = await ask({ ...grant, scope: 'read write', audience: 'desk' });

    const [issued] = server.issued;
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: issued?.value,
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'read write',
    });
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(issued).toMatchObject({
      clientId: 'client',
      scope: 'read write',
      audience: 'desk',
      revoked: false,
    });
    expect(issued?.value).toMatch(/^token-1-[\w-]{16}$/);
  });

  it('records each request, including refused ones', async () => {
    await start({ clock: { now: () => 1234 } });

    await ask(
      [
        ['grant_type', 'client_credentials'],
        ['x', '1'],
        ['x', 'ä b'],
      ],
      { headers: { 'X-Trace': 'T' } },
    );

    expect(server.tokenRequests).toHaveLength(1);
    const [request] = server.tokenRequests;
    expect(request).toMatchObject({ method: 'POST', path: '/token', url: '/token', query: {}, at: 1234 });
    expect(request?.status).toBe(401);
    expect(request?.text).toBe('grant_type=client_credentials&x=1&x=%C3%A4+b');
    expect(request?.body.equals(Buffer.from(request.text))).toBe(true);
    expect(request?.parameters).toEqual({ grant_type: 'client_credentials', x: ['1', 'ä b'] });
    expect(request?.headers['x-trace']).toBe('T');
    expect(request?.rawHeaders.map((text) => text.toLowerCase())).toContain('x-trace');
  });

  it('treats __proto__ as a parameter like any other', async () => {
    await start({ dialect: { requestEncoding: 'json' } });

    await ask(
      {},
      { headers: { 'content-type': 'application/json' }, body: '{"__proto__":{"polluted":true}}' },
    );

    expect(Object.keys(server.tokenRequests[0]?.parameters ?? {})).toEqual(['__proto__']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each<[string, AuthorizationServerOptions, Record<string, string>, Record<string, string>]>([
    ['a wrong secret', {}, {}, basic('client:wrong')],
    ['a wrong id', {}, {}, basic('other:secret')],
    ['no credentials', {}, {}, {}],
    ['credentials in the body instead of Basic', {}, { client_id: 'client', client_secret: 'secret' }, {}],
    ['Basic where the body is asked for', { clientAuthentication: 'client_secret_post' }, {}, rightClient],
    [
      'a wrong secret in the body',
      { clientAuthentication: 'client_secret_post' },
      { client_id: 'client', client_secret: 'secret ' },
      {},
    ],
    [
      'a secret of a public client',
      { clientAuthentication: 'none' },
      { client_id: 'client', client_secret: 'secret' },
      {},
    ],
    ['Bearer credentials', {}, {}, { authorization: 'Bearer secret' }],
    ['base64 with a line break', {}, {}, { authorization: 'Basic Y2xpZW50 OnNlY3JldA==' }],
    [
      'base64url instead of base64',
      { clientSecret: '>>>???' },
      {},
      { authorization: 'Basic Y2xpZW50Oj4-Pj8_Pw' },
    ],
  ])('refuses %s as invalid_client', async (_, options, parameters, headers) => {
    await start(options);

    const answer = await ask({ ...grant, ...parameters }, { headers });

    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /);
    expect(server.issued).toEqual([]);
  });

  it.each<[string, AuthorizationServerOptions, Parameters<typeof ask>]>([
    ['credentials in two places', {}, [{ ...grant, client_id: 'client' }]],
    [
      'a public client that sends Basic as well',
      { clientAuthentication: 'none' },
      [{ ...grant, client_id: 'client' }],
    ],
    ['another method', {}, [grant, { method: 'PUT', headers: rightClient }]],
    ['another content type', {}, [grant, { headers: { ...rightClient, 'content-type': 'text/plain' } }]],
    [
      'a body that is not form-encoded',
      {},
      [grant, { headers: rightForm(), body: 'grant_type=client%credentials' }],
    ],
    ['no grant type', {}, [{}]],
    ['an empty grant type', {}, [{ grant_type: '' }]],
    [
      'a repeated parameter',
      {},
      [
        [
          ['grant_type', 'client_credentials'],
          ['scope', 'a'],
          ['scope', 'b'],
        ],
      ],
    ],
    ['JSON where a form is asked for', {}, [{}, { headers: rightJson(), body: JSON.stringify(grant) }]],
    [
      'a form where JSON is asked for',
      { dialect: { requestEncoding: 'json' } },
      [{}, { headers: { ...rightClient, 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=b' }],
    ],
    [
      'a body where parameters belong into the query',
      { dialect: { requestEncoding: 'query' } },
      [{}, { headers: rightClient, body: 'grant_type=client_credentials' }],
    ],
    ['a grant type that it should not be sent', { dialect: { grantType: null } }, [grant]],
    [
      'the standard name of a renamed parameter',
      { dialect: { parameterNames: { scope: 'rights' } } },
      [{ ...grant, scope: 'a' }],
    ],
    [
      'a parameter that the dialect leaves out',
      { dialect: { parameterNames: { audience: null } } },
      [{ ...grant, audience: 'a' }],
    ],
    ['a missing header of the dialect', { dialect: { headers: { 'X-Partner': 'p' } } }, [grant]],
    [
      'a JSON body that is no object',
      { dialect: { requestEncoding: 'json' } },
      [{}, { headers: rightJson(), body: '[]' }],
    ],
    [
      'a truncated JSON body',
      { dialect: { requestEncoding: 'json' } },
      [{}, { headers: rightJson(), body: '{"grant_type":' }],
    ],
    [
      'a scope that is no string',
      { dialect: { requestEncoding: 'json' } },
      [{}, { headers: rightJson(), body: JSON.stringify({ ...grant, scope: 1 }) }],
    ],
  ])('refuses %s as invalid_request', async (_, options, request) => {
    await start(options);

    const answer = await ask(...request);

    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect(server.issued).toEqual([]);
  });

  it('refuses a standard parameter in the query of a form request', async () => {
    await start({ clientAuthentication: 'client_secret_post' });

    const answer = await ask(grant, { url: `${server.tokenUrl}?client_id=client&client_secret=secret` });

    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  it('refuses another grant type and an empty scope, each with its own error', async () => {
    await start();

    const otherGrant = await ask({ grant_type: 'password' });
    const emptyScope = await ask({ ...grant, scope: 'a  b' });

    expect(otherGrant).toMatchObject({ status: 400, body: { error: 'unsupported_grant_type' } });
    expect(emptyScope).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
  });

  it('requires its path and query', async () => {
    await start({ tokenPath: '/oauth/token?version=2' });

    const right = await ask();
    const withoutQuery = await ask(grant, { headers: rightClient, url: server.tokenUrl.replace(/\?.*/, '') });
    const elsewhere = await ask(grant, {
      headers: rightClient,
      url: server.tokenUrl.replace('oauth', 'auth'),
    });

    expect([right.status, withoutQuery.status, elsewhere.status]).toEqual([200, 404, 404]);
  });

  it('never quotes the request in an error', async () => {
    await start();

    const { body } = await ask(
      { ...grant, client_secret: 'topsecret' },
      { headers: basic('client:topsecret') },
    );

    expect(JSON.stringify(body)).not.toContain('topsecret');
  });
});

describe('client authentication', () => {
  const odd = 'a b%&+:£€$${x}%sЖ';

  it('accepts Basic credentials only if form-encoded', async () => {
    await start({ clientId: 'id:1', clientSecret: odd });

    const encoded = await ask(grant, { headers: basic(`${encode('id:1')}:${encode(odd)}`) });
    const raw = await ask(grant, { headers: basic(`id:1:${odd}`) });

    expect([encoded.status, raw.status]).toEqual([200, 401]);
  });

  it('accepts Basic credentials unencoded with basicCredentials raw', async () => {
    await start({ clientSecret: 'a+b%20', dialect: { basicCredentials: 'raw' } });

    const raw = await ask(grant, { headers: basic('client:a+b%20') });
    const encoded = await ask(grant, { headers: basic('client:a%2Bb%2520') });

    expect([raw.status, encoded.status]).toEqual([200, 401]);
  });

  it('uses the basicScheme of the dialect, also in its challenge', async () => {
    await start({ dialect: { basicScheme: 'ID' } });

    const right = await ask(grant, { headers: basic('client:secret', 'ID') });
    const wrong = await ask();

    expect([right.status, wrong.status]).toEqual([200, 401]);
    expect(wrong.headers.get('www-authenticate')).toMatch(/^ID /);
  });

  it('accepts a public client by its id alone', async () => {
    await start({ clientAuthentication: 'none' });

    const right = await ask({ ...grant, client_id: 'client' }, {});
    const wrong = await ask({ ...grant, client_id: 'other' }, {});

    expect([right.status, wrong.status]).toEqual([200, 401]);
  });

  it('accepts each of several secrets, and the new secret after a rotation', async () => {
    await start({ clientSecret: ['old', 'new'] });

    const before = [
      await ask(grant, { headers: basic('client:old') }),
      await ask(grant, { headers: basic('client:new') }),
    ];
    server.clientSecret = 'new';
    const after = [
      await ask(grant, { headers: basic('client:old') }),
      await ask(grant, { headers: basic('client:new') }),
    ];

    expect(before.map(({ status }) => status)).toEqual([200, 200]);
    expect(after.map(({ status }) => status)).toEqual([401, 200]);
  });

  it('lets a function accept any client', async () => {
    await start({ clientAuthentication: (request) => Promise.resolve(request.parameters['tenant'] === 'a') });

    const right = await ask({ ...grant, tenant: 'a', client_id: 'a-client' }, {});
    const wrong = await ask({ ...grant, tenant: 'b', client_id: 'b-client' }, {});

    expect([right.status, wrong.status]).toEqual([200, 401]);
    expect(server.issued.map(({ clientId }) => clientId)).toEqual(['a-client']);
  });

  it('reports an error of the function, and keeps working', async () => {
    await start({
      clientAuthentication: ({ parameters }) => {
        if (parameters['bad'] !== undefined) throw new Error('a mistake in the test');
        return true;
      },
    });

    const failed = await ask({ ...grant, bad: '1' });
    const next = await ask();

    expect(failed.status).toBe(500);
    expect(failed.body['error_description']).toContain('a mistake in the test');
    expect(next.status).toBe(200);
  });
});

describe('the dialect of the token endpoint', () => {
  it('reads JSON, renamed parameters and separated scopes', async () => {
    await start({
      clientAuthentication: 'client_secret_post',
      dialect: {
        requestEncoding: 'json',
        grantType: null,
        parameterNames: { client_id: 'key', client_secret: 'pass' },
        scopeSeparator: ',',
      },
    });

    const body = JSON.stringify({ key: 'client', pass: 'secret', scope: 'a,b', resource: ['x', 'y'] });
    const answer = await ask({}, { body, headers: { 'content-type': 'application/json; charset=utf-8' } });

    expect(answer).toMatchObject({ status: 200, body: { scope: 'a,b' } });
    expect(server.issued[0]).toMatchObject({ scope: 'a,b', resource: ['x', 'y'] });
  });

  it('expects no parameter that the dialect leaves out', async () => {
    await start({
      clientAuthentication: 'client_secret_post',
      dialect: { parameterNames: { grant_type: null, client_id: null } },
    });

    const right = await ask({ client_secret: 'secret' }, {});
    const wrong = await ask({ client_secret: 'wrong' }, {});
    const more = await ask({ client_secret: 'secret', client_id: 'client' }, {});

    expect([right.status, wrong.status, more.status]).toEqual([200, 401, 400]);
  });

  it('reads the query of a GET', async () => {
    await start({
      clientAuthentication: 'client_secret_post',
      dialect: {
        method: 'GET',
        grantType: 'client_credential',
        parameterNames: { client_id: 'appid', client_secret: 'secret' },
      },
    });
    const url = `${server.tokenUrl}?grant_type=client_credential&appid=client&secret=secret`;

    const right = await fetch(url);
    const wrong = await fetch(url, { method: 'POST' });

    expect([right.status, wrong.status]).toEqual([200, 400]);
    expect(server.tokenRequests[0]?.parameters).toEqual({
      grant_type: 'client_credential',
      appid: 'client',
      secret: 'secret',
    });
  });

  it('writes each value at the path of the dialect', async () => {
    await start({
      dialect: {
        response: {
          accessToken: 'data.token.value',
          expiresIn: 'data.ttl',
          tokenType: 'kind',
          scope: 'data.rights',
          apiBaseURL: 'instance_url',
        },
      },
    });

    const { body } = await ask({ ...grant, scope: 'a' });

    expect(body).toEqual({
      data: { token: { value: server.issued[0]?.value }, ttl: 3600, rights: 'a' },
      kind: 'Bearer',
      instance_url: server.apiUrl,
    });
  });

  it('writes errors at the paths of the dialect', async () => {
    await start({ dialect: { response: { error: 'fault.code', errorDescription: 'fault.text' } } });

    const { body } = await ask({ grant_type: 'password' });

    expect(body).toEqual({
      fault: { code: 'unsupported_grant_type', text: 'The grant type must be client_credentials.' },
    });
  });

  it('sends the bare token if the path is empty', async () => {
    await start({ dialect: { response: { accessToken: '' } } });

    const response = await fetch(server.tokenUrl, {
      method: 'POST',
      headers: rightClient,
      body: new URLSearchParams(grant),
    });

    expect(await response.text()).toBe(server.issued[0]?.value);
  });

  it.each<[NonNullable<Dialect['response']>['expiresUnit'], unknown]>([
    ['seconds', 90],
    ['milliseconds', 90_000],
    ['epoch-seconds', 1_700_000_090],
    ['epoch-milliseconds', 1_700_000_090_000],
    ['iso-8601', '2023-11-14T22:14:50.000Z'],
  ])('counts the lifetime in %s', async (expiresUnit, expected) => {
    await start({
      lifetimeSeconds: 90,
      clock: { now: () => 1_700_000_000_000 },
      dialect: { response: { ...(expiresUnit && { expiresUnit }) } },
    });

    const { body } = await ask();

    expect(body['expires_in']).toBe(expected);
  });
});

describe('issuing tokens', () => {
  it('sends no expires_in for a token without expiry', async () => {
    await start({ lifetimeSeconds: null });

    const { body } = await ask();

    expect(body).not.toHaveProperty('expires_in');
    expect(server.issued[0]?.expiresAt).toBeUndefined();
  });

  it('sends the whole lifetime of a new token, even if time passes during issuing', async () => {
    let now = 0;
    await start({ clock: { now: () => (now += 1) } });

    const { body } = await ask();

    expect(body['expires_in']).toBe(3600);
  });

  it('issues a new token each time, with the current lifetime', async () => {
    await start();

    const first = await ask();
    server.lifetimeSeconds = 10;
    const second = await ask();

    expect(second.body['access_token']).not.toBe(first.body['access_token']);
    expect([first.body['expires_in'], second.body['expires_in']]).toEqual([3600, 10]);
  });

  it('lets the test choose the value', async () => {
    await start({ newToken: (issue, { text }) => `${new URLSearchParams(text).get('scope')}-${issue}` });

    await ask({ ...grant, scope: 'a' });
    const { body } = await ask({ ...grant, scope: 'b' });

    expect(body['access_token']).toBe('b-2');
  });

  it('revokes earlier tokens of the client with oneTokenPerClient', async () => {
    await start({ oneTokenPerClient: true });

    await ask();
    await ask({ ...grant, scope: 'other' });

    expect(server.issued.map(({ revoked }) => revoked)).toEqual([true, false]);
  });

  it('returns the same token until expiry, with the remaining seconds rounded down', async () => {
    let now = 1_000_000;
    await start({ sameTokenUntilExpiry: true, lifetimeSeconds: 10, clock: { now: () => now } });

    const answers = [];
    for (const ms of [0, 2500, 9999, 10_000]) {
      now = 1_000_000 + ms;
      answers.push((await ask()).body);
    }

    expect(answers.map((body) => body['expires_in'])).toEqual([10, 7, 0, 10]);
    expect(new Set(answers.slice(0, 3).map((body) => body['access_token'])).size).toBe(1);
    expect(answers[3]?.['access_token']).not.toBe(answers[2]?.['access_token']);
  });

  it('does not return a revoked token, or a token for other parameters, again', async () => {
    await start({ sameTokenUntilExpiry: true });

    await ask();
    await ask({ ...grant, scope: 'a' });
    server.revoke();
    await ask();

    expect(server.issued).toHaveLength(3);
  });
});

function rightForm(): Record<string, string> {
  return { ...basic('client:secret'), 'content-type': 'application/x-www-form-urlencoded' };
}

function rightJson(): Record<string, string> {
  return { ...basic('client:secret'), 'content-type': 'application/json' };
}
