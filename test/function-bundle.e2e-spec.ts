import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startAuthorizationServer } from 'nestjs-client-credentials/testing';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..');
const CORE = join(ROOT, 'libs', 'client-credentials', 'src', 'core', 'index.ts');
const MAX_BYTES = 250_000;

/** A function as it is deployed: it makes one call with a token, and writes the status. */
const FUNCTION = `
  import axios from 'axios';
  import { authorizeAxios, TokenManager } from ${JSON.stringify(CORE)};
  const desk = JSON.parse(process.argv[2]);
  const tokens = new TokenManager({ providers: { desk } });
  const api = axios.create({ baseURL: desk.api.baseURL });
  authorizeAxios(api, tokens.source('desk'));
  const { status } = await api.get('/me').catch((error) => ({ status: error.code }));
  process.stdout.write(String(status));
  await tokens.close();
`;

describe('a function that is bundled into one file', () => {
  const folder = join(ROOT, 'node_modules', '.cache', `client-credentials-function-${process.pid}`);
  const bundle = join(folder, 'function.mjs');

  beforeAll(async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'main.mjs'), FUNCTION);
    await build({
      entryPoints: [join(folder, 'main.mjs')],
      outfile: bundle,
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'esm',
      target: 'node20.19',
      external: ['axios'],
    });
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function statusWith(provider: object): Promise<string> {
    const { stdout } = await run(process.execPath, [bundle, JSON.stringify(provider)]);
    return stdout;
  }

  it('is small without axios', async () => {
    const { size } = await stat(bundle);

    expect(size).toBeGreaterThan(100_000);
    expect(size).toBeLessThanOrEqual(MAX_BYTES);
  });

  it('makes calls with a token', async () => {
    await using server = await startAuthorizationServer();

    const status = await statusWith({ ...server.providerConfig, api: { baseURL: server.apiUrl } });

    expect([status, server.apiRequests[0]?.token]).toEqual(['200', server.issued[0]?.value]);
  });

  it('signs assertions', async () => {
    await using server = await startAuthorizationServer();
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = privateKey.export({ format: 'pem', type: 'pkcs8' });

    await statusWith({
      tokenUrl: server.tokenUrl,
      clientId: 'desk',
      privateKey: { key },
      api: { baseURL: server.apiUrl },
    });

    expect(server.tokenRequests[0]?.parameters['client_assertion']).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });
});
