// Run by test/fake-timers.e2e-spec.ts in a vitest of its own; LIBRARY is the folder of the compiled library.
import { afterEach, expect, it, vi } from 'vitest';
import { pathToFileURL } from 'node:url';

const entry = (name) =>
  import(/* @vite-ignore */ pathToFileURL(`${process.env.LIBRARY}/${name}/index.js`).href);
const { TokenManager } = await entry('core');
const { startAuthorizationServer } = await entry('testing');

afterEach(() => vi.useRealTimers());

it('runs all timers while a caller waits for a token', async () => {
  const server = await startAuthorizationServer();
  const source = new TokenManager({ providers: { desk: server.providerConfig } }).source('desk');
  server.tokenEndpoint.hold();
  vi.useFakeTimers();
  const waiting = source.getToken().then(
    ({ value }) => value,
    ({ code }) => code,
  );
  await server.tokenEndpoint.received(1);

  expect(() => vi.runAllTimers()).not.toThrow();

  server.tokenEndpoint.release();
  expect([server.issued[0]?.value, 'token_endpoint_unavailable']).toContain(await waiting);
  vi.useRealTimers();
  await server.close();
});

it('lets a token end when the timers pass its time', async () => {
  const server = await startAuthorizationServer();
  const source = new TokenManager({ providers: { desk: server.providerConfig } }).source('desk');
  vi.useFakeTimers();
  const first = await source.getToken();

  vi.advanceTimersByTime(3_600_001);
  const second = await source.getToken();

  expect(second.value).not.toBe(first.value);
  vi.useRealTimers();
  await server.close();
});
