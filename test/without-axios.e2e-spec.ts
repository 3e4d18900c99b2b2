import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import axios from 'axios';
import { authorizeAxios } from 'nestjs-client-credentials/core';
import { startAuthorizationServer } from 'nestjs-client-credentials/testing';
import { compileLibrary } from './support/compiled-library.js';
import { openDesk } from './support/the-desk.js';

const run = promisify(execFile);
const folder = join(import.meta.dirname, 'without-axios');

describe('axios', () => {
  it('is not loaded for tokens, for fetch and for undici', async () => {
    await using library = await compileLibrary('without-axios');
    await using server = await startAuthorizationServer();
    const url = (path: string): string => pathToFileURL(path).href;

    const { stdout } = await run(process.execPath, [
      '--no-warnings',
      '--import',
      url(join(folder, 'no-axios.mjs')),
      join(folder, 'client.mjs'),
      url(library.directory),
      JSON.stringify(server.providerConfig),
      server.apiUrl,
    ]);

    expect(JSON.parse(stdout)).toEqual({ byFetch: 200, byUndici: 200, byAxios: 'axios was loaded' });
    expect(server.tokenRequests).toHaveLength(1);
    expect(server.apiRequests.map(({ token }) => token)).toEqual([
      server.issued[0]?.value,
      server.issued[0]?.value,
    ]);
  });

  it('is there for a call that is made at once', async () => {
    await using desk = await openDesk();
    const instance = axios.create({ baseURL: desk.server.apiUrl });

    authorizeAxios(instance, desk.source);
    const { status } = await instance.get('/at-once');

    expect([status, desk.server.apiRequests[0]?.token]).toEqual([200, desk.server.issued[0]?.value]);
  });
});
