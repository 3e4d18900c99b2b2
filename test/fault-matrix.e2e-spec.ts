import { readFileSync, writeFileSync } from 'node:fs';
import { Agent as HttpAgent, createServer } from 'node:http';
import { Agent, globalAgent } from 'node:https';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  authorizeAxios,
  ClientCredentialsError,
  TokenManager,
  type TokenSource,
} from 'nestjs-client-credentials/core';
import { startAuthorizationServer } from 'nestjs-client-credentials/testing';
import { API_FAULTS } from './fault-matrix/api-faults.js';
import { STORE_FAULTS } from './fault-matrix/store-faults.js';
import { ENDPOINT_FAULTS, FaultyTokenEndpoint } from './fault-matrix/token-endpoint-faults.js';
import { CertificateAuthority } from './support/certificate-authority.js';
import { collectEvents } from './support/collect-events.js';
import { FakeClock } from './support/fake-clock.js';
import { listen } from './support/listen.js';
import { outcomeOf } from './support/outcome.js';
import { printed } from './support/printed.js';
import { until } from './support/until.js';

/** What is expected, by table, fault and state: docs/fault-matrix.md is made from it. */
type Matrix = Record<'tokenEndpoint' | 'api' | 'store', Record<string, Record<string, string>>>;

const SECRET = 'a-secret-nobody-may-see';
const FILE = join(import.meta.dirname, 'fault-matrix', 'matrix.json');
const matrix = JSON.parse(readFileSync(FILE, 'utf8')) as Matrix;
/** Token requests go through axios where its options say how, and through Node otherwise: the matrix holds for both. */
const isThroughAxios = axios.VERSION.startsWith('1.12.');
/** Set to write down what happens in place of comparing it; the changes are then to be read with care. */
const isRecording = process.env['RECORD_FAULT_MATRIX'] === 'yes';

let authority: CertificateAuthority;
const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);

beforeAll(async () => {
  authority = await CertificateAuthority.found();
  process.on('unhandledRejection', note);
  globalAgent.options.ca = authority.cert;
});

afterAll(() => {
  process.off('unhandledRejection', note);
  delete globalAgent.options.ca;
  globalAgent.destroy();
  if (isRecording) writeFileSync(FILE, `${JSON.stringify(matrix, null, 2)}\n`);
});

/** What the matrix says of a cell. */
function expected(table: keyof Matrix, fault: string, state: string, happened: string): string | undefined {
  const row = (matrix[table][fault] ??= {});
  if (isRecording) row[state] = happened;
  return row[state];
}

/** Those of the secrets that can be seen in what a call came to, or in what the manager tells. */
function seenIn(things: readonly unknown[], secrets: readonly string[]): string[] {
  const text = printed({ things });
  const basic = Buffer.from(`desk:${SECRET}`).toString('base64');
  return [SECRET, basic, ...secrets].filter((secret) => text.includes(secret));
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** How a call ended: in words, and what the caller got. */
async function endOf(call: Promise<{ status: number }>): Promise<{ words: string; got: unknown }> {
  const outcome = await outcomeOf(call);
  if (outcome === 'still waiting') return { words: 'never ends', got: undefined };
  if ('value' in outcome) return { words: `answered ${outcome.value.status}`, got: outcome.value };
  return { words: wordsFor(outcome.error), got: outcome.error };
}

function wordsFor(error: unknown): string {
  if (error instanceof ClientCredentialsError) {
    const atDeadline = /within \d+ ms/.test(error.message) ? ' at the deadline' : '';
    return `\`${error.code}\`${atDeadline}${error.retryAt === undefined ? '' : ', with `retryAt`'}`;
  }
  const { response, code, cause } = error as {
    response?: { status: number };
    code?: string;
    cause?: unknown;
  };
  if (response === undefined) return `axios’s own error (\`${code}\`)`;
  const why = cause instanceof ClientCredentialsError ? `, \`cause\` ${wordsFor(cause)}` : '';
  return `answered ${response.status}${why}`;
}

interface Desk extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly tokens: TokenManager;
  readonly source: TokenSource;
  readonly http: AxiosInstance;
  /** Tokens that the API refuses. */
  readonly revoked: Set<string>;
  readonly warnings: readonly string[];
}

async function openDesk(endpoint: FaultyTokenEndpoint, timeoutMs: number): Promise<Desk> {
  const clock = new FakeClock();
  const revoked = new Set<string>();
  const api = await listen((request, response) => {
    request.resume();
    const isRevoked = revoked.has(request.headers.authorization?.replace('Bearer ', '') ?? '');
    response.writeHead(isRevoked ? 401 : 200).end('{}');
  });
  const agent = new Agent({ ca: authority.cert, keepAlive: true });
  const desk = {
    tokenUrl: endpoint.tokenUrl,
    clientId: 'desk',
    clientSecret: SECRET,
    api: { baseURL: api.url },
    lifetime: { refreshAheadSeconds: 600, expirySkewSeconds: 30 },
    tokenRequest: { attempts: 2, timeoutMs, ...(isThroughAxios && { axios: { httpsAgent: agent } }) },
  };
  const warnings: string[] = [];
  const tokens = new TokenManager({ providers: { desk }, clock }, (message) => void warnings.push(message));
  const http = axios.create({ baseURL: api.url });
  authorizeAxios(http, tokens.source('desk'));
  return {
    clock,
    tokens,
    source: tokens.source('desk'),
    http,
    revoked,
    warnings,
    async [Symbol.asyncDispose]() {
      await tokens.close();
      agent.destroy();
      await api.close();
    },
  };
}

/** States of the token when the fault begins. */
const STATES: Record<string, (desk: Desk) => Promise<void>> = {
  'no token yet': async () => undefined,
  valid: async ({ source }) => void (await source.getToken()),
  'in refresh-ahead': async ({ source, clock }) => {
    await source.getToken();
    clock.advance(3_200_000);
  },
  expired: async ({ source, clock }) => {
    await source.getToken();
    clock.advance(3_600_000);
  },
  'rejected by the API': async ({ source, revoked }) => {
    revoked.add((await source.getToken()).value);
  },
};

describe.each(Object.entries(ENDPOINT_FAULTS))('a token endpoint with this fault: %s', (name, fault) => {
  it.each(Object.entries(STATES))('and a token that is %s', async (state, reach) => {
    await using endpoint = await FaultyTokenEndpoint.open(authority);
    await using desk = await openDesk(endpoint, fault.endsAtDeadline === true ? 300 : 4_000);
    await reach(desk);
    await endpoint.begin(fault);
    const events = collectEvents(desk.tokens);

    const { words, got } = await endOf(desk.http.get('/me'));
    const isBehind = state === 'in refresh-ahead';
    if (isBehind) await until(() => events.some(({ type }) => /^token\.(acquired|failed)$/.test(type)));

    const requests = counted(endpoint.requests, 'token request');
    const happened = `${words}; ${requests}${isBehind ? ' behind' : ''}`;
    expect(happened).toBe(expected('tokenEndpoint', name, state, happened));
    const told = [got, events, desk.warnings, desk.tokens.snapshot()];
    expect(seenIn(told, endpoint.tokens)).toEqual([]);
    expect(unhandled).toEqual([]);
  });
});

const BODIES: Record<string, () => AxiosRequestConfig> = {
  GET: () => ({ method: 'get' }),
  'POST with JSON': () => ({ method: 'post', data: { n: 1 } }),
  'POST with a stream': () => ({
    method: 'post',
    data: Readable.from([Buffer.alloc(100)]),
    headers: { 'content-type': 'application/octet-stream' },
  }),
};

describe.each(Object.entries(API_FAULTS))('an API with this fault: %s', (name, faultOf) => {
  it.each(Object.entries(BODIES))('and a %s', async (body, configOf) => {
    await using server = await startAuthorizationServer({ clientId: 'desk', clientSecret: SECRET });
    let withToken = 0;
    const elsewhere = await listen((request, response) => {
      if (request.headers.authorization !== undefined) withToken += 1_000;
      request.resume();
      response.end('{}');
    });
    const fault = faultOf(elsewhere.url);
    let calls = 0;
    const api = createServer((request, response) => {
      calls += 1;
      if (request.headers.authorization !== undefined) withToken += 1;
      fault(request, response, calls);
    });
    await new Promise<void>((resolve) => void api.listen(0, '127.0.0.1', resolve));
    const { port } = api.address() as { port: number };
    const desk = { ...server.providerConfig, api: { baseURL: `http://127.0.0.1:${port}` } };
    const warnings: string[] = [];
    const tokens = new TokenManager({ providers: { desk } }, (message) => void warnings.push(message));
    const events = collectEvents(tokens);
    const agent = new HttpAgent({ keepAlive: true });
    const timeout = name === 'no answer' ? 200 : 0;
    const http = axios.create({ baseURL: desk.api.baseURL, timeout, httpAgent: agent });
    authorizeAxios(http, tokens.source('desk'));

    const { words, got } = await endOf(http.request({ url: '/me', ...configOf() }));

    const happened = `${words}; ${counted(calls, 'call')}, ${withToken} with a token; ${counted(server.tokenRequests.length, 'token request')}`;
    await tokens.close();
    api.close();
    api.closeAllConnections();
    await elsewhere.close();
    agent.destroy();
    expect(happened).toBe(expected('api', name, body, happened));
    const tokensSent = server.issued.map(({ value }) => value);
    expect(seenIn([got, events, warnings, tokens.snapshot()], tokensSent)).toEqual([]);
    expect(unhandled).toEqual([]);
  });
});

const STORE_STATES: Record<string, (source: TokenSource, clock: FakeClock) => Promise<void>> = {
  'no token yet': async () => undefined,
  expired: async (source, clock) => {
    await source.getToken();
    clock.advance(3_600_000);
  },
  'rejected by the API': async (source) => source.invalidate(await source.getToken()),
};

describe.each(Object.entries(STORE_FAULTS))('a store with this fault: %s', (name, storeOf) => {
  it.each(Object.entries(STORE_STATES))('and a token that is %s', async (state, reach) => {
    const clock = new FakeClock();
    await using server = await startAuthorizationServer({ clock, clientId: 'desk', clientSecret: SECRET });
    const desk = {
      ...server.providerConfig,
      tokenRequest: { timeoutMs: 1_000 },
      issuance: { limit: 100, windowSeconds: 86_400 },
    };
    const warnings: string[] = [];
    const warn = (message: string): void => void warnings.push(message);
    const tokens = new TokenManager({ providers: { desk }, store: storeOf(), clock }, warn);
    const http = axios.create({ baseURL: server.apiUrl });
    authorizeAxios(http, tokens.source('desk'));
    const events = collectEvents(tokens);
    await reach(tokens.source('desk'), clock);
    const before = server.tokenRequests.length;

    const { words, got } = await endOf(http.get('/me'));

    const told = events.filter(({ type }) => type === 'store.unavailable').length;
    const happened = `${words}; ${counted(server.tokenRequests.length - before, 'token request')}; \`store.unavailable\` ${told === 1 ? 'once' : told === 0 ? 'never' : `${told} times`}`;
    await tokens.close();
    expect(happened).toBe(expected('store', name, state, happened));
    const tokensSent = server.issued.map(({ value }) => value);
    expect(seenIn([got, events, warnings, tokens.snapshot()], tokensSent)).toEqual([]);
    expect(unhandled).toEqual([]);
  });
});

describe('the matrix', () => {
  it('has no row or column that is not tested', () => {
    expect(Object.keys(matrix.tokenEndpoint)).toEqual(Object.keys(ENDPOINT_FAULTS));
    expect(Object.keys(matrix.api)).toEqual(Object.keys(API_FAULTS));
    expect(Object.keys(matrix.store)).toEqual(Object.keys(STORE_FAULTS));
    const columns = Object.values(matrix).flatMap((rows) =>
      Object.values(rows).map((row) => Object.keys(row).length),
    );
    expect(new Set(columns)).toEqual(new Set([5, 3]));
  });
});
