import type { ServerResponse } from 'node:http';
import axios, { AxiosError, type AxiosInstance } from 'axios';
import { describe, expect, it } from '@jest/globals';
import { authorizeAxios, authorizeFetch, type AuthorizedFetch } from 'nestjs-client-credentials/core';
import { listen } from './support/listen.js';
import { errorOf } from './support/outcome.js';
import { openDesk, type Desk, type DeskOptions } from './support/the-desk.js';

/** An authorized axios instance and fetch, and a server of another origin, which has no tokens of the desk's. */
interface Elsewhere extends AsyncDisposable {
  readonly desk: Desk;
  readonly http: AxiosInstance;
  readonly send: AuthorizedFetch;
  readonly url: string;
  /** What the other server answers, and the `Authorization` of each request to it. */
  status: number;
  readonly bearers: (string | undefined)[];
}

async function openElsewhere(
  options: DeskOptions = {},
  adapter: 'http' | 'fetch' = 'http',
): Promise<Elsewhere> {
  const desk = await openDesk({
    ...options,
    provider: { tokenRequest: { attempts: 1 }, ...options.provider },
  });
  const bearers: (string | undefined)[] = [];
  const other = await listen((request, response) => {
    bearers.push(request.headers.authorization);
    request.resume();
    response.writeHead(elsewhere.status).end();
  });
  const http = axios.create({ baseURL: desk.server.apiUrl, adapter });
  authorizeAxios(http, desk.source);
  const elsewhere: Elsewhere = {
    desk,
    http,
    send: authorizeFetch(desk.source),
    url: other.url,
    status: 403,
    bearers,
    async [Symbol.asyncDispose]() {
      await other.close();
      await desk[Symbol.asyncDispose]();
    },
  };
  return elsewhere;
}

/** Has the API answer with a challenge. */
function challenge(desk: Desk, status: number, value: string | string[], times = Infinity): void {
  desk.server.api.answerNext(times, (_: unknown, response: ServerResponse) => {
    response.setHeader('www-authenticate', value);
    response.writeHead(status).end();
  });
}

const refusals = ({ events }: Desk): unknown[] =>
  events.filter(({ type }) => (type as string) === 'api.refused');

describe.each(['http', 'fetch'] as const)('a call to another origin, by axios on %s', (adapter) => {
  it.each([401, 403])('that is answered %i fails with the reason as its cause', async (status) => {
    await using elsewhere = await openElsewhere({}, adapter);
    elsewhere.status = status;

    const error = await errorOf(elsewhere.http.get(`${elsewhere.url}/a`));

    const cause = error.cause as Error;
    expect(error).toMatchObject({ name: 'AxiosError', response: { status } });
    expect(cause).toBeInstanceOf(Error);
    expect(cause.message).toContain(elsewhere.url);
    expect(cause.message).toContain('allowedOrigins');
    expect(elsewhere.bearers).toEqual([undefined]);
    expect(elsewhere.desk.server.tokenRequests).toHaveLength(0);
  });

  it('warns once for its origin, however often it is refused', async () => {
    await using elsewhere = await openElsewhere({}, adapter);

    for (let call = 0; call < 1_000; call += 1) {
      await elsewhere.http.get(`${elsewhere.url}/${call}`, { validateStatus: () => true });
    }

    expect(elsewhere.bearers).toHaveLength(1_000);
    expect(elsewhere.desk.warnings).toEqual([expect.stringContaining(elsewhere.url)]);
    expect(elsewhere.desk.warnings[0]).toMatch(/"desk"[^]*allowedOrigins|allowedOrigins[^]*"desk"/);
  });

  it('warns once for each origin', async () => {
    await using elsewhere = await openElsewhere({}, adapter);
    const third = await listen((_, response) => void response.writeHead(401).end());

    for (const origin of [elsewhere.url, third.url, elsewhere.url, third.url]) {
      await errorOf(elsewhere.http.get(`${origin}/a`));
    }
    await third.close();

    expect(elsewhere.desk.warnings).toEqual([
      expect.stringContaining(elsewhere.url),
      expect.stringContaining(third.url),
    ]);
  });

  it.each([200, 204, 404, 500])('that is answered %i warns never', async (status) => {
    await using elsewhere = await openElsewhere({}, adapter);
    elsewhere.status = status;

    for (let call = 0; call < 3; call += 1) {
      await elsewhere.http.put(`${elsewhere.url}/presigned?signature=s`, 'x', { validateStatus: () => true });
    }

    expect(elsewhere.bearers).toEqual([undefined, undefined, undefined]);
    expect(elsewhere.desk.warnings).toEqual([]);
  });

  it('shows no query of an address, where a signature may be', async () => {
    await using elsewhere = await openElsewhere({}, adapter);

    const error = await errorOf(elsewhere.http.put(`${elsewhere.url}/a?signature=the-signature`, 'x'));

    expect(elsewhere.desk.warnings).toHaveLength(1);
    expect(elsewhere.desk.warnings.join()).not.toContain('the-signature');
    expect(String(error.cause)).not.toContain('the-signature');
  });

  it('that was to go without a token, or has its own, warns never', async () => {
    await using elsewhere = await openElsewhere({}, adapter);

    const without = await errorOf(elsewhere.http.get(`${elsewhere.url}/a`, { clientCredentials: false }));
    const own = await errorOf(
      elsewhere.http.get(`${elsewhere.url}/a`, { headers: { Authorization: 'Basic eDp5' } }),
    );

    // Axios 1.12 gives an error a copy of itself as its cause.
    const reasons = [without.cause, own.cause].filter((cause) => !(cause instanceof AxiosError));
    expect(reasons.every((cause) => cause === undefined)).toBe(true);
    expect(elsewhere.desk.warnings).toEqual([]);
  });

  it('by a redirect of the API is told of as well', async () => {
    await using elsewhere = await openElsewhere({}, adapter);
    elsewhere.desk.server.api.answerNext(2, { redirectTo: `${elsewhere.url}/there`, status: 307 });

    const error = await errorOf(elsewhere.http.get('/moved'));
    await errorOf(elsewhere.http.get('/moved'));

    expect(error).toMatchObject({ name: 'AxiosError', response: { status: 403 } });
    expect(String(error.cause)).toContain(elsewhere.url);
    expect(elsewhere.desk.warnings).toEqual([expect.stringContaining(elsewhere.url)]);
    expect(elsewhere.bearers).toEqual([undefined, undefined]);
  });
});

describe('a call to another origin, by fetch', () => {
  it('that is refused is answered as it is, and warns once', async () => {
    await using elsewhere = await openElsewhere();

    const first = await elsewhere.send(`${elsewhere.url}/a`);
    const second = await elsewhere.send(`${elsewhere.url}/b`);

    expect([first.status, second.status]).toEqual([403, 403]);
    expect(elsewhere.desk.warnings).toEqual([expect.stringContaining(elsewhere.url)]);
  });

  it('that succeeds warns never', async () => {
    await using elsewhere = await openElsewhere();
    elsewhere.status = 200;

    await elsewhere.send(`${elsewhere.url}/presigned`, { method: 'PUT', body: 'x' });

    expect(elsewhere.desk.warnings).toEqual([]);
  });

  it('by a redirect of the API is told of as well', async () => {
    await using elsewhere = await openElsewhere();
    elsewhere.desk.server.api.answerNext(1, { redirectTo: `${elsewhere.url}/there`, status: 307 });

    const { status } = await elsewhere.send(`${elsewhere.desk.server.apiUrl}/moved`);

    expect(status).toBe(403);
    expect(elsewhere.desk.warnings).toEqual([expect.stringContaining(elsewhere.url)]);
  });
});

describe('an API that misses a scope', () => {
  const missing = 'Bearer error="insufficient_scope", scope="invoices.write invoices.read"';
  const refusal = (status: number): object => ({
    type: 'api.refused',
    provider: 'desk',
    reason: 'insufficient_scope',
    status,
    requiredScopes: ['invoices.write', 'invoices.read'],
    grantedScopes: ['invoices.read'],
  });
  const asking: DeskOptions = { provider: { scope: 'invoices.read' } };

  it.each([401, 403])(
    'by %i says which one, in the cause, in one warning, and in an event for each call',
    async (status) => {
      await using elsewhere = await openElsewhere(asking);
      challenge(elsewhere.desk, status, missing);

      const error = await errorOf(elsewhere.http.post('/a', {}));
      await errorOf(elsewhere.http.post('/b', {}));

      expect(error).toBeInstanceOf(AxiosError);
      expect(error.cause).toMatchObject({
        requiredScopes: ['invoices.write', 'invoices.read'],
        grantedScopes: ['invoices.read'],
      });
      expect(elsewhere.desk.warnings).toEqual([expect.stringContaining('invoices.write')]);
      expect(refusals(elsewhere.desk)).toMatchObject([refusal(status), refusal(status)]);
      expect(elsewhere.desk.server.tokenRequests).toHaveLength(1);
      expect(elsewhere.desk.server.apiRequests).toHaveLength(2);
    },
  );

  it('is told of for fetch by the warning and the event', async () => {
    await using elsewhere = await openElsewhere(asking);
    challenge(elsewhere.desk, 403, missing);

    const { status } = await elsewhere.send(`${elsewhere.desk.server.apiUrl}/a`);

    expect(status).toBe(403);
    expect(elsewhere.desk.warnings).toEqual([expect.stringContaining('invoices.write')]);
    expect(refusals(elsewhere.desk)).toMatchObject([refusal(403)]);
  });

  it('is warned of once for each set of scopes, whatever their order', async () => {
    await using elsewhere = await openElsewhere(asking);
    for (const scope of ['a b', 'b a', 'c', 'a a b', 'c']) {
      challenge(elsewhere.desk, 403, `Bearer error="insufficient_scope", scope="${scope}"`, 1);
    }

    for (let call = 0; call < 5; call += 1) await errorOf(elsewhere.http.get('/a'));

    expect(elsewhere.desk.warnings).toHaveLength(2);
    expect(refusals(elsewhere.desk)).toHaveLength(5);
  });

  it('without saying which one has empty lists where nothing is told', async () => {
    await using elsewhere = await openElsewhere();
    challenge(elsewhere.desk, 403, 'Bearer error="insufficient_scope"');

    const error = await errorOf(elsewhere.http.get('/a'));

    expect(error.cause).toMatchObject({ requiredScopes: [], grantedScopes: [] });
    expect(elsewhere.desk.warnings).toHaveLength(1);
  });

  it('shows the token nowhere', async () => {
    await using elsewhere = await openElsewhere(asking);
    const { value } = await elsewhere.desk.source.getToken();
    challenge(elsewhere.desk, 403, `Bearer error="insufficient_scope", scope="${value}"`);

    const error = await errorOf(elsewhere.http.get('/a'));

    const told = [String(error.cause), JSON.stringify(error.cause), ...elsewhere.desk.warnings];
    expect(told.join()).not.toContain(value);
    expect(JSON.stringify(refusals(elsewhere.desk))).not.toContain(value);
    expect(refusals(elsewhere.desk)).toHaveLength(1);
  });
});

describe('a challenge', () => {
  /** Whether a call is sent once more after this challenge. */
  async function isReplayed(value: string | string[]): Promise<boolean> {
    await using elsewhere = await openElsewhere();
    await elsewhere.desk.source.getToken();
    challenge(elsewhere.desk, 401, value, 1);
    await elsewhere.http.get('/a', { validateStatus: () => true });
    return elsewhere.desk.server.apiRequests.length === 2;
  }

  it.each<[string, string | string[]]>([
    [
      'whose realm quotes the words',
      String.raw`Bearer realm="not error=\"insufficient_scope\"", error="invalid_token"`,
    ],
    ['whose realm is the word', 'Bearer realm="insufficient_scope"'],
    [
      'whose realm holds a comma and the words',
      'Bearer realm="a, error=insufficient_scope", error="invalid_token"',
    ],
    [
      'whose description has the word',
      'Bearer error="invalid_token", error_description="not insufficient_scope"',
    ],
    ['of another parameter that ends alike', 'Bearer x-error="insufficient_scope", error="invalid_token"'],
    [
      'of another scheme that misses a scope',
      'Custom error="insufficient_scope", Bearer error="invalid_token"',
    ],
    ['with nothing but its scheme', 'Bearer'],
    ['of another scheme alone', 'Basic realm="api"'],
    ['that is malformed', 'Bearer error="invalid_token, scope="'],
  ])('%s makes the call be sent once more', async (_, value) => {
    expect(await isReplayed(value)).toBe(true);
  });

  it.each<[string, string | string[]]>([
    ['in quotes', 'Bearer error="insufficient_scope"'],
    ['without quotes', 'Bearer error=insufficient_scope'],
    ['in capital letters', 'BEARER ERROR="insufficient_scope"'],
    ['with blanks around the sign', 'Bearer error = "insufficient_scope"'],
    ['behind a realm that holds a comma', 'Bearer realm="a, b", error="insufficient_scope"'],
    ['behind a realm with escaped quotes', String.raw`Bearer realm="a \"b\"", error="insufficient_scope"`],
    ['behind another challenge', 'Basic realm="x", Bearer error="insufficient_scope"'],
    ['behind a challenge of one word', 'Negotiate YWJj==, Bearer error="insufficient_scope"'],
    ['in a header of its own', ['Basic realm="x"', 'Bearer error="insufficient_scope"']],
    ['with escaped letters', String.raw`Bearer error="insufficient\_scope"`],
  ])('that says a scope is missing, %s, does not make the call be sent once more', async (_, value) => {
    expect(await isReplayed(value)).toBe(false);
  });
});

describe('an endpoint that grants fewer scopes than asked', () => {
  async function openGranting(granted: string | undefined): Promise<Desk> {
    const desk = await openDesk({ provider: { scope: 'read write' } });
    desk.server.tokenEndpoint.answerNext(Infinity, (_: unknown, response: ServerResponse) => {
      const { value } = desk.server.issue();
      const body = { access_token: value, token_type: 'Bearer', expires_in: 3600, scope: granted };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    return desk;
  }

  it('is warned of once, by the scopes that are missing', async () => {
    await using desk = await openGranting('read');

    await desk.source.getToken();
    await desk.source.getToken({ forceRefresh: true });

    expect(desk.warnings).toEqual([expect.stringContaining('write')]);
    expect(desk.warnings[0]).toContain('"desk"');
  });

  it.each([
    ['the same in another order', 'write read'],
    ['more', 'read write admin'],
    ['what is not told', undefined],
  ])('is not one that grants %s', async (_, granted) => {
    await using desk = await openGranting(granted);

    await desk.source.getToken();

    expect(desk.warnings).toEqual([]);
  });

  it('is seen in the snapshot, as is one that grants more', async () => {
    await using fewer = await openGranting('read');
    await using more = await openGranting('read write admin');

    for (const { source } of [fewer, more]) await source.getToken();

    const rows = [fewer, more].flatMap(({ tokens }) => tokens.snapshot());
    expect(rows).toMatchObject([
      { scope: 'read write', grantedScopes: ['read'] },
      { scope: 'read write', grantedScopes: ['read', 'write', 'admin'] },
    ]);
  });

  it('is named beside the scope that an API misses', async () => {
    await using desk = await openGranting('read');
    const http = axios.create({ baseURL: desk.server.apiUrl });
    authorizeAxios(http, desk.source);
    challenge(desk, 403, 'Bearer error="insufficient_scope", scope="write"');

    const error = await errorOf(http.get('/a'));

    expect(error.cause).toMatchObject({ requiredScopes: ['write'], grantedScopes: ['read'] });
  });
});
