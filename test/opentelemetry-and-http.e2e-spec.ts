import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startAuthorizationServer } from 'nestjs-client-credentials/testing';
import { compileLibrary, type CompiledLibrary } from './support/compiled-library.js';

const run = promisify(execFile);
const APPLICATION = join(import.meta.dirname, 'opentelemetry', 'application.mjs');

interface ToldSpan {
  readonly id: string;
  readonly parent?: string;
  readonly name: string;
  readonly url?: string;
}

describe('beside the instrumentation of HTTP, in an application of', () => {
  let library: CompiledLibrary;
  let copy: CompiledLibrary;

  beforeAll(async () => {
    library = await compileLibrary('opentelemetry');
    copy = await compileLibrary('opentelemetry-copy');
  });

  afterAll(async () => {
    await library[Symbol.asyncDispose]();
    await copy[Symbol.asyncDispose]();
  });

  // A process of its own: the instrumentation changes node:http, which jest keeps from it.
  it.each([
    ['express', 'one copy'],
    ['express', 'two copies'],
    ['nest', 'one copy'],
  ])(
    '%s with %s of the package, the token request is a child of the acquisition',
    async (framework, copies) => {
      await using server = await startAuthorizationServer();
      const provider = server.providerConfig;
      const [first, second] = [library, copies === 'two copies' ? copy : library].map(
        ({ directory }) => pathToFileURL(directory).href,
      );
      const settings = { framework, provider, library: first, instrumentation: second };

      const { stdout } = await run(process.execPath, [APPLICATION, JSON.stringify(settings)]);
      const told = JSON.parse(stdout) as { statuses: number[]; spans: ToldSpan[] };

      const { statuses, spans } = told;
      const byUrl = (url: string): ToldSpan[] => spans.filter((span) => span.url === url);
      const acquisitions = spans.filter(({ name }) => name === 'oauth.token.acquire');
      const [incoming] = byUrl('/documents/1');
      const [tokenRequest] = byUrl(server.tokenUrl);
      const [call] = byUrl(`${server.apiUrl}/documents/1`);
      expect(statuses).toEqual([200, 200]);
      expect(acquisitions).toMatchObject([{ parent: incoming?.id }]);
      expect(tokenRequest?.parent).toBe(acquisitions[0]?.id);
      expect(call?.parent).toBe(incoming?.id);
    },
  );
});
