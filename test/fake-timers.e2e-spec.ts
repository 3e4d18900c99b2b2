import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { withGlobal } from '@sinonjs/fake-timers';
import axios from 'axios';
import { authorizeAxios, TokenManager, type TokenSource } from 'nestjs-client-credentials/core';
import { startAuthorizationServer, type AuthorizationServer } from 'nestjs-client-credentials/testing';
import { compileLibrary } from './support/compiled-library.js';

const HOUR_MS = 3_600_000;

/** Timers that a test has put in place of the real ones. */
interface FakeTimers {
  /** Runs what is due, and what that makes due, until nothing is. */
  readonly runAll: () => unknown;
  readonly advance: (ms: number) => unknown;
  readonly setTime: (at: number) => unknown;
  readonly remove: () => unknown;
}

const kinds: [string, () => FakeTimers][] = [
  [
    'jest',
    () => {
      jest.useFakeTimers();
      return {
        runAll: () => jest.runAllTimers(),
        advance: (ms) => jest.advanceTimersByTime(ms),
        setTime: (at) => jest.setSystemTime(at),
        remove: () => jest.useRealTimers(),
      };
    },
  ],
  [
    'sinon',
    () => {
      const clock = withGlobal(globalThis).install({ now: Date.now() });
      return {
        runAll: () => clock.runAll(),
        advance: (ms) => clock.tick(ms),
        setTime: (at) => clock.setSystemTime(at),
        remove: () => clock.uninstall(),
      };
    },
  ],
];

let timers: FakeTimers | undefined;

afterEach(() => {
  timers?.remove();
  timers = undefined;
});

interface Waiting extends AsyncDisposable {
  readonly server: AuthorizationServer;
  readonly tokens: TokenManager;
  readonly source: TokenSource;
}

async function open(): Promise<Waiting> {
  const server = await startAuthorizationServer();
  const tokens = new TokenManager({ providers: { desk: server.providerConfig } });
  return {
    server,
    tokens,
    source: tokens.source('desk'),
    async [Symbol.asyncDispose]() {
      timers?.remove();
      timers = undefined;
      await tokens.close();
      await server.close();
    },
  };
}

/** How a call ended: in this place without a limit in time, since timers are not what they seem. */
const endOf = (call: Promise<{ value: string }>): Promise<string> =>
  call.then(
    ({ value }) => value,
    (error: { code?: string }) => String(error.code),
  );

describe.each(kinds)('the fake timers of %s', (_, install) => {
  it('can all be run while a caller waits for a token', async () => {
    await using desk = await open();
    desk.server.tokenEndpoint.hold();
    const { runAll } = (timers = install());
    const waiting = endOf(desk.source.getToken());
    await desk.server.tokenEndpoint.received(1);

    expect(runAll).not.toThrow();

    desk.server.tokenEndpoint.release();
    expect([desk.server.issued[0]?.value, 'token_endpoint_unavailable']).toContain(await waiting);
  });

  it('can all be run while many callers wait for tokens, through axios as well', async () => {
    await using desk = await open();
    const http = axios.create({ baseURL: desk.server.apiUrl });
    authorizeAxios(http, desk.source);
    desk.server.tokenEndpoint.hold();
    const { runAll } = (timers = install());
    const waiting = [
      ...['a', 'b', 'c'].map((scope) => endOf(desk.source.getToken({ scope }))),
      endOf(http.get('/a').then(() => ({ value: 'answered' }))),
    ];
    await desk.server.tokenEndpoint.received(4);

    expect(runAll).not.toThrow();

    desk.server.tokenEndpoint.release();
    const ended = await Promise.all(waiting);
    expect(ended.every((end) => end === 'token_endpoint_unavailable' || /^(token-|answered)/.test(end))).toBe(
      true,
    );
  });

  it('end the wait between two attempts, when they are advanced', async () => {
    await using desk = await open();
    desk.server.failNext(1);
    const { advance } = (timers = install());
    const waiting = endOf(desk.source.getToken());
    await desk.server.tokenEndpoint.received(1);

    for (let step = 0; step < 100 && desk.server.tokenRequests.length < 2; step += 1) {
      advance(50);
      await setImmediate();
    }

    expect(await waiting).toBe(desk.server.issued[0]?.value);
  });

  it('can all be run with nobody waiting', async () => {
    await using desk = await open();
    const { runAll } = (timers = install());
    await desk.source.getToken();

    expect(runAll).not.toThrow();
  });

  it('see no timer of the library that repeats', async () => {
    await using desk = await open();
    timers = install();
    const repeating = jest.spyOn(globalThis, 'setInterval');

    await desk.source.getToken();
    await desk.tokens.close();

    expect(repeating).not.toHaveBeenCalled();
  });

  it('let a token end when they pass its time', async () => {
    await using desk = await open();
    const { advance } = (timers = install());
    const first = await desk.source.getToken();

    advance(HOUR_MS + 1);
    const second = await desk.source.getToken();

    expect(second.value).not.toBe(first.value);
    expect(desk.server.tokenRequests).toHaveLength(2);
  });

  it.each([
    ['forth', HOUR_MS / 2],
    ['back', -HOUR_MS * 24],
  ])('may set the clock %s while a caller waits', async (_direction, byMs) => {
    await using desk = await open();
    desk.server.tokenEndpoint.hold();
    const { setTime } = (timers = install());
    const waiting = endOf(desk.source.getToken());
    await desk.server.tokenEndpoint.received(1);

    setTime(Date.now() + byMs);
    desk.server.tokenEndpoint.release();

    expect(await waiting).toBe(desk.server.issued[0]?.value);
    expect(await endOf(desk.source.getToken())).toBe(desk.server.issued.at(-1)?.value);
  });
});

describe('a fake Date alone', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  const onlyDate = {
    doNotFake: [
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setInterval',
      'clearInterval',
      'setTimeout',
      'clearTimeout',
    ] as const,
  };

  it.each([
    ['long ago', Date.UTC(2001, 0, 1)],
    ['far ahead', Date.UTC(2100, 0, 1)],
  ])('%s leaves tokens usable', async (_, now) => {
    await using desk = await open();
    jest.useFakeTimers({ ...onlyDate, doNotFake: [...onlyDate.doNotFake], now });

    const first = await desk.source.getToken();
    const second = await desk.source.getToken();

    expect(second.value).toBe(first.value);
    expect(first.obtainedAt).toBe(now);
  });
});

describe('the mock timers of node:test', () => {
  it('can all be run while a caller waits for a token', async () => {
    await using library = await compileLibrary('fake-timers');
    await using server = await startAuthorizationServer();
    server.tokenEndpoint.hold();
    const settings = JSON.stringify({ library: library.directory, provider: server.providerConfig });
    const child = fork(join(import.meta.dirname, 'fake-timers', 'node-test.mjs'), [settings], {
      execArgv: ['--no-warnings'],
    });
    const exited = once(child, 'exit');
    await server.tokenEndpoint.received(1);

    child.send('run');
    const [ran] = (await once(child, 'message')) as [unknown];
    server.tokenEndpoint.release();
    const [ended] = (await once(child, 'message')) as [{ first: string; second: string }];
    await exited;

    const values = server.issued.map(({ value }) => value);
    expect(ran).toEqual({ ran: true });
    expect([values[0], 'token_endpoint_unavailable']).toContain(ended.first);
    expect(values).toContain(ended.second);
  });
});

describe('the fake timers of vitest', () => {
  it('can all be run while a caller waits for a token', async () => {
    await using library = await compileLibrary('vitest');
    const directory = await mkdtemp(join(tmpdir(), 'client-credentials-vitest-'));
    const report = join(directory, 'report.json');
    const root = join(import.meta.dirname, 'fake-timers', 'vitest');
    const vitest = join(import.meta.dirname, '..', 'node_modules', 'vitest', 'vitest.mjs');

    await promisify(execFile)(
      process.execPath,
      [vitest, 'run', '--root', root, '--reporter', 'json', '--outputFile', report],
      { env: { ...ownEnvironment(), LIBRARY: library.directory } },
    ).catch(() => undefined);
    const { testResults } = JSON.parse(await readFile(report, 'utf8')) as Report;
    await rm(directory, { recursive: true, force: true });

    const results = testResults.flatMap(({ assertionResults }) => assertionResults);
    expect(
      results.map(({ title, status, failureMessages: [message] }) => [
        title,
        status,
        message?.split('\n')[0],
      ]),
    ).toEqual([
      ['runs all timers while a caller waits for a token', 'passed', undefined],
      ['lets a token end when the timers pass its time', 'passed', undefined],
    ]);
  });
});

/** What vitest reports, in the form that jest invented. */
interface Report {
  readonly testResults: {
    readonly assertionResults: { title: string; status: string; failureMessages: string[] }[];
  }[];
}

/** As a user's shell has it: nothing of the jest that runs this. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const { NODE_ENV: _, NODE_OPTIONS: __, JEST_WORKER_ID: ___, ...rest } = process.env;
  return rest;
}
