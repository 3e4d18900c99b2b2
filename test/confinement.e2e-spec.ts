import type { LookupFunction } from 'node:net';
import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { authorizeAxios, authorizeFetch } from 'nestjs-client-credentials/core';
import { authorizeDispatcher } from 'nestjs-client-credentials/undici';
import { Agent, fetch as undiciFetch, interceptors, request as undiciRequest } from 'undici';
import { listen, type Listening } from './support/listen.js';

// Arbitrary addresses, redirects and hooks: wherever a request arrives with the token, it is the one allowed origin.

const RUNS = Number(process.env['CONFINEMENT_RUNS'] ?? 500);
const TIMEOUT_MS = 600_000;
const TOKEN = 'the-token';
const source = { getToken: async () => ({ value: TOKEN, authorization: `Bearer ${TOKEN}` }) };

/** A request as a server got it. */
interface Arrival {
  readonly port: string;
  readonly host: string;
  readonly hasToken: boolean;
}

let allowed: Listening;
let other: Listening;
let arrivals: Arrival[] = [];
/** Where the next request to `/go` is redirected to. */
let redirect: { status: number; location: string } | undefined;

const portOf = ({ url }: Listening): string => new URL(url).port;

beforeAll(async () => {
  const openServer = (): Promise<Listening> =>
    listen((request, response) => {
      const { host = '', authorization } = request.headers;
      arrivals.push({
        port: String(request.socket.localPort),
        host,
        hasToken: authorization === `Bearer ${TOKEN}`,
      });
      request.resume();
      const next = redirect;
      redirect = undefined;
      if (next === undefined || !request.url?.startsWith('/go')) return void response.end('{}');
      return void response.writeHead(next.status, { location: next.location }).end();
    });
  [allowed, other] = [await openServer(), await openServer()];
});

afterAll(async () => {
  await allowed.close();
  await other.close();
});

/** All names lead to this machine, so that a wrong host gets the request and can be told by its `Host` header. */
const lookup: LookupFunction = (_, options, callback) => {
  if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else callback(null, '127.0.0.1', 4);
};

const NAMES = [
  '127.0.0.1',
  'localhost',
  '127.1',
  '0x7f.1',
  '2130706433',
  '0177.0.0.1',
  '127.0.0.1.',
  '[::1]',
  '[::ffff:127.0.0.1]',
  '１２７.0.0.1',
  '127。0。0。1',
];
/** Names that the fetch of Node would ask the network for. */
const FAR_NAMES = [
  'evil.test',
  '127.0.0.1.evil.test',
  'api.evil.test',
  'ＥＶＩＬ.test',
  'evil。test',
  'xn--vil-bla.test',
  'x@127.0.0.1',
  'localhost.',
];

/** The parts of addresses that have led checks of origins astray. */
function addressOf(names: readonly string[]): fc.Arbitrary<string> {
  const one = (...words: string[]): fc.Arbitrary<string> => fc.constantFrom(...words);
  const port = fc
    .constantFrom('', ':', 'A', 'B', '0A', ':80')
    .map((name) => (name.endsWith('A') || name === 'B' ? `:${name}` : name));
  const absolute = fc.tuple(
    one('http:', 'HTTP:', 'ht\ttp:', 'https:', 'ftp:', 'javascript:', ' http:', 'http\n:', ''),
    one('//', '/', '///', '\\\\', '/\\', '/\t/', '\n//', ''),
    one('', 'me@', 'me:mine@', '127.0.0.1@', '127.0.0.1:A@', 'evil.test%40', '@'),
    fc.constantFrom(...names),
    port,
    one(
      '',
      '/x',
      '/..',
      '/%2e%2e/',
      '//evil.test',
      '/\\evil.test',
      '?q=//evil.test',
      '#f',
      '/@evil.test',
      '/ x',
      '/\u00e4',
    ),
  );
  const relative = fc.tuple(
    one('', '/', './', '../', '..//', '?', '#', ';', '%2f%2f', '/%5c', ':', '@', 'x:'),
    one('x', 'evil.test', '127.0.0.1:B', '//127.0.0.1:B', '\\127.0.0.1:B', 'http://127.0.0.1:B', ''),
    one('', '/', '?a=1', '/..'),
  );
  return fc
    .oneof({ weight: 3, arbitrary: absolute }, { weight: 1, arbitrary: relative })
    .map((parts) => parts.join(''));
}

/** Puts the ports of the servers in the places of their names. */
function atServers(address: string): string {
  return address.replaceAll(/:(0?)A/g, `:$1${portOf(allowed)}`).replaceAll(':B', `:${portOf(other)}`);
}

/** Values of `allowAbsoluteUrls`, right ones and wrong ones. */
const allowAbsoluteUrls = fc.constantFrom<unknown>(undefined, true, false, 0, '', null, 1, 'no', {});

/** Base addresses of a call: the instance's own, others, and none. */
const baseURL = fc.constantFrom(
  undefined,
  '/',
  'http://127.0.0.1:A',
  'http://127.0.0.1:A/',
  'http://127.0.0.1:A/v1',
  'http://127.0.0.1:A@evil.test:B/',
  'http://127.0.0.1:B',
  'http://localhost:A',
  '//127.0.0.1:B',
  '',
);

/** What an application's hook does with a redirect. */
const HOOKS: Record<string, ((options: Record<string, unknown>) => void) | undefined> = {
  none: undefined,
  'another port': (options) => void Object.assign(options, { port: portOf(other), host: undefined }),
  'another host': (options) => void Object.assign(options, { hostname: 'evil.test', host: 'evil.test' }),
  'another protocol': (options) => void Object.assign(options, { protocol: 'https:' }),
  'the token itself': (options) =>
    void Object.assign(options, {
      hostname: 'evil.test',
      headers: { ...Object(options['headers']), 'x-mine': '1' },
    }),
};

async function settled(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch {
    // Most addresses are wrong in one way or another; where requests arrive is what matters.
  }
}

/** Those who got the token and may not have it. */
function wrongOnes(): Arrival[] {
  const { host } = new URL(allowed.url);
  return arrivals.filter(
    (arrival) => arrival.hasToken && (arrival.port !== portOf(allowed) || arrival.host !== host),
  );
}

/** Runs a property, and tells how many of its runs sent the token at all: a test in which none does shows nothing. */
async function sharesOf<T>(arbitrary: fc.Arbitrary<T>, run: (input: T) => Promise<void>): Promise<number> {
  let withToken = 0;
  await fc.assert(
    fc.asyncProperty(arbitrary, async (input) => {
      arrivals = [];
      await run(input);
      if (arrivals.some(({ hasToken }) => hasToken)) withToken += 1;
      const wrong = wrongOnes();
      if (wrong.length > 0) throw new Error(`The token arrived at ${JSON.stringify(wrong)}.`);
    }),
    // The same inputs each time, unless more of them are asked for.
    { numRuns: RUNS, ...(process.env['CONFINEMENT_RUNS'] === undefined && { seed: 1 }) },
  );
  return withToken / RUNS;
}

type Adapter = 'http' | 'fetch' | 'a function';

function adapterOf(kind: Adapter): AxiosRequestConfig {
  if (kind === 'fetch') return { adapter: 'fetch' };
  if (kind === 'http') return { lookup } as AxiosRequestConfig;
  const http = axios.getAdapter('http');
  return { lookup, adapter: async (config) => http(config) } as AxiosRequestConfig;
}

function open(kind: Adapter): AxiosInstance {
  const http = axios.create({ baseURL: allowed.url, proxy: false, timeout: 5_000, ...adapterOf(kind) });
  authorizeAxios(http, source);
  return http;
}

describe.each<[Adapter, readonly string[]]>([
  ['http', [...NAMES, ...FAR_NAMES]],
  ['a function', [...NAMES, ...FAR_NAMES]],
  ['fetch', NAMES],
])('the token, by the adapter %s,', (kind, names) => {
  it(
    'arrives at no other origin, whatever the address, its base, an interceptor and allowAbsoluteUrls are',
    async () => {
      const input = fc.record({
        url: addressOf(names),
        base: fc.option(baseURL, { nil: 'own' }),
        rewritten: fc.option(addressOf(names), { nil: undefined, freq: 4 }),
        allowAbsoluteUrls,
        params: fc.constantFrom(undefined, { p: '//evil.test' }, { 'a@evil.test': '1' }),
      });

      const share = await sharesOf(input, async ({ url, base, rewritten, params, ...rest }) => {
        const http = open(kind);
        if (rewritten !== undefined)
          http.interceptors.request.use((config) => Object.assign(config, { baseURL: atServers(rewritten) }));
        const config = {
          url: atServers(url),
          params,
          ...(base !== 'own' && { baseURL: base === undefined ? undefined : atServers(base) }),
          ...(rest.allowAbsoluteUrls !== undefined && { allowAbsoluteUrls: rest.allowAbsoluteUrls }),
        };
        await settled(() => http.request(config as AxiosRequestConfig));
      });

      expect(share).toBeGreaterThan(0.02);
    },
    TIMEOUT_MS,
  );

  it(
    'is taken to no other origin by a redirect, whatever a hook makes of it',
    async () => {
      const input = fc.record({
        location: addressOf(names),
        status: fc.constantFrom(301, 302, 303, 307, 308),
        hook: fc.constantFrom(...Object.keys(HOOKS)),
        maxRedirects: fc.constantFrom(undefined, 0, 1, 5),
        method: fc.constantFrom('get', 'post'),
      });

      const share = await sharesOf(input, async ({ location, status, hook, maxRedirects, method }) => {
        redirect = { status, location: encodeURI(atServers(location)).replaceAll('%25', '%') };
        const beforeRedirect = HOOKS[hook];
        await settled(() =>
          open(kind).request({
            url: '/go',
            method,
            ...(maxRedirects !== undefined && { maxRedirects }),
            ...(beforeRedirect !== undefined && { beforeRedirect }),
            ...(method === 'post' && { data: { n: 1 } }),
          }),
        );
      });

      expect(share).toBeGreaterThan(0.9);
    },
    TIMEOUT_MS,
  );
});

describe('the token, by fetch,', () => {
  it(
    'arrives at no other origin, whatever the address and a redirect are',
    async () => {
      const send = authorizeFetch(source, undefined, { allowedOrigins: [allowed.url] });
      const input = fc.record({
        url: fc.oneof(addressOf(NAMES), fc.constant('http://127.0.0.1:A/go')),
        location: addressOf(NAMES),
        status: fc.constantFrom(301, 302, 303, 307, 308),
        form: fc.constantFrom('text', 'URL', 'Request'),
        mode: fc.constantFrom('follow', 'manual', 'error'),
      });

      const share = await sharesOf(input, async ({ url, location, status, form, mode }) => {
        redirect = { status, location: encodeURI(atServers(location)).replaceAll('%25', '%') };
        const address = atServers(url);
        await settled(async () => {
          const target =
            form === 'URL' ? new URL(address) : form === 'Request' ? new Request(address) : address;
          await (await send(target, { redirect: mode, signal: AbortSignal.timeout(5_000) })).text();
        });
      });

      expect(share).toBeGreaterThan(0.1);
    },
    TIMEOUT_MS,
  );
});

describe('the token, by undici,', () => {
  it(
    'arrives at no other origin, whatever the address, a redirect and the order of interceptors are',
    async () => {
      const agent = new Agent({ connect: { lookup } });
      const authorize = authorizeDispatcher(source, { allowedOrigins: [allowed.url] });
      const follow = interceptors.redirect({ maxRedirections: 3 });
      const dispatchers = {
        alone: agent.compose(authorize),
        'redirect after': agent.compose(authorize, follow),
        'redirect before': agent.compose(follow, authorize),
      };
      const input = fc.record({
        url: fc.oneof(addressOf(NAMES), fc.constant('http://127.0.0.1:A/go')),
        location: addressOf(NAMES),
        status: fc.constantFrom(301, 302, 303, 307, 308),
        client: fc.constantFrom('request', 'fetch', 'fetch of the platform'),
        order: fc.constantFrom(...(Object.keys(dispatchers) as (keyof typeof dispatchers)[])),
        method: fc.constantFrom('GET', 'POST'),
      });

      const share = await sharesOf(input, async ({ url, location, status, client, order, method }) => {
        redirect = { status, location: encodeURI(atServers(location)).replaceAll('%25', '%') };
        const dispatcher = dispatchers[order];
        const options = {
          method,
          ...(method === 'POST' && { body: 'n' }),
          signal: AbortSignal.timeout(5_000),
        };
        const address = atServers(url);
        await settled(async () => {
          if (client === 'request')
            await (await undiciRequest(address, { ...options, dispatcher })).body.dump();
          else {
            const send: typeof globalThis.fetch =
              client === 'fetch' ? (undiciFetch as never) : globalThis.fetch;
            await (await send(address, { ...options, dispatcher } as object)).text();
          }
        });
      });

      expect(share).toBeGreaterThan(0.1);
      await agent.destroy();
    },
    TIMEOUT_MS,
  );
});
