import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { authorizeFetch, type AuthorizedFetch } from 'nestjs-client-credentials/core';
import { fakeTokenSource } from 'nestjs-client-credentials/testing';
import { listen, type Listening } from './support/listen.js';

/** What a server sees of a call. */
interface Seen {
  readonly line: string;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

let api: Listening;
let authorized: AuthorizedFetch;
const seen: Seen[] = [];

beforeAll(async () => {
  api = await listen((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const { authorization, ...headers } = request.headers;
      seen.push({
        line: `${request.method} ${request.url} ${authorization === undefined ? 'bare' : 'authorized'}`,
        headers,
        body: Buffer.concat(chunks).toString('latin1'),
      });
      const [, status] = /^\/redirect\/(\d+)/.exec(request.url ?? '') ?? [];
      if (status === undefined) response.end(`you sent ${request.method}`);
      else response.writeHead(Number(status), { location: '/there' }).end();
    });
  });
  authorized = authorizeFetch(fakeTokenSource(), undefined, { allowedOrigins: [api.url] });
});

afterAll(() => api.close());

/** What comes of a call: the response as the caller sees it, and the requests. */
async function outcomeOf(
  fetch: AuthorizedFetch,
  make: () => [string | URL | Request, RequestInit?],
): Promise<object> {
  seen.length = 0;
  const answer = await fetch(...make()).then(
    async (response) => ({
      status: response.status,
      url: response.url,
      redirected: response.redirected,
      type: response.type,
      text: await response.text(),
    }),
    (error: Error) => ({ error: error.name }),
  );
  const boundary = /(?<=boundary=|--)(----formdata-undici-\d+|form-[0-9a-f]+)/g;
  const requests = seen.map(({ line, headers, body }) => ({
    line: line.replace(/ (bare|authorized)$/, ''),
    headers: JSON.parse(JSON.stringify(headers).replaceAll(boundary, 'boundary')) as object,
    body: body.replaceAll(boundary, 'boundary'),
  }));
  // The boundary of a form made here is of another length.
  for (const { headers, body } of requests)
    if (body.includes('boundary')) Reflect.deleteProperty(headers, 'content-length');
  return { answer, requests };
}

const INPUTS: [string, (path: string) => string | URL | Request][] = [
  ['a text', (path) => api.url + path],
  ['a URL', (path) => new URL(path, api.url)],
  ['a Request', (path) => new Request(api.url + path, { headers: { 'x-of-the-request': '1' } })],
];
const HEADERS: [string, () => RequestInit['headers'] | undefined][] = [
  ['no headers', () => undefined],
  ['an object', () => ({ 'X-Own': '1', accept: 'text/plain' })],
  [
    'pairs',
    () => [
      ['x-own', '1'],
      ['x-own', '2'],
    ],
  ],
  ['Headers', () => new Headers({ 'x-own': '1' })],
];
const BODIES: [string, () => RequestInit['body'] | undefined][] = [
  ['no body', () => undefined],
  ['an empty text', () => ''],
  ['a text', () => 'text ü'],
  ['URLSearchParams', () => new URLSearchParams({ a: 'ü' })],
  ['bytes', () => new Uint8Array([0, 255])],
  ['a blob', () => new Blob(['blob'], { type: 'text/plain' })],
  [
    'a form',
    () => {
      const form = new FormData();
      form.append('a', 'b');
      return form;
    },
  ],
];

describe.each(INPUTS)('an authorized fetch sends what bare fetch sends, given %s', (_input, inputOf) => {
  describe.each(HEADERS)('with %s', (_headers, headersOf) => {
    it.each(BODIES)('and %s', async (_body, bodyOf) => {
      const make = (): [string | URL | Request, RequestInit?] => {
        const [headers, body] = [headersOf(), bodyOf()];
        const init = {
          ...(body !== undefined && { method: 'POST', body }),
          ...(headers !== undefined && { headers }),
        };
        return Object.keys(init).length === 0 ? [inputOf('/here')] : [inputOf('/here'), init];
      };

      const bare = await outcomeOf(globalThis.fetch, make);
      const ours = await outcomeOf(authorized, make);

      expect(ours).toEqual(bare);
      expect(seen.map(({ line }) => line.endsWith('authorized'))).toEqual([true]);
    });
  });

  describe.each([301, 302, 303, 307, 308])('to an address that answers %i', (status) => {
    it.each(['follow', 'manual', 'error'] as const)('with redirect: %s', async (redirect) => {
      for (const method of ['GET', 'POST']) {
        const make = (): [string | URL | Request, RequestInit?] => [
          inputOf(`/redirect/${status}`),
          { redirect, method, ...(method === 'POST' && { body: 'text' }) },
        ];

        const bare = await outcomeOf(globalThis.fetch, make);
        const ours = await outcomeOf(authorized, make);

        expect(ours).toEqual(bare);
      }
    });
  });
});

describe('an authorized fetch ends as bare fetch does', () => {
  it('when the signal was aborted before', async () => {
    const make = (): [string, RequestInit] => [`${api.url}/here`, { signal: AbortSignal.abort() }];

    expect(await outcomeOf(authorized, make)).toEqual(await outcomeOf(globalThis.fetch, make));
  });

  it('when the method is none', async () => {
    const make = (): [string, RequestInit] => [`${api.url}/here`, { method: 'a b' }];

    expect(await outcomeOf(authorized, make)).toEqual(await outcomeOf(globalThis.fetch, make));
  });

  it('with a Request that has a body, whose length it tells', async () => {
    const make = (): [Request] => [new Request(`${api.url}/here`, { method: 'PUT', body: 'text' })];

    const ours = await outcomeOf(authorized, make);

    expect(ours).toEqual(await outcomeOf(globalThis.fetch, make));
    expect(ours).toMatchObject({ requests: [{ headers: { 'content-length': '4' } }] });
  });
});
