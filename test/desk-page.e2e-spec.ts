import type { AddressInfo, Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { TokenManager } from 'nestjs-client-credentials';
import { Backend } from '../sample-app/src/backend/backend.js';
import type { PanelState } from '../sample-app/src/page/panel.js';
import { createDesk } from '../sample-app/src/desk-application.js';
import { DeskLogger } from '../sample-app/src/desk-logger.js';
import { openStream, rawRequest } from './support/raw-request.js';
import { startRedis, type RedisServer } from './support/redis-server.js';

let redis: RedisServer;
let desk: INestApplication;
let url: string;
const lines: string[] = [];

beforeAll(async () => {
  redis = await startRedis();
  const logger = new DeskLogger((line) => lines.push(line));
  logger.isTelling = true;
  const ownRedis = {
    address: { url: redis.url },
    encryptionKey: 'A'.repeat(43),
    pause: () => redis.pause(),
    resume: () => redis.resume(),
    close: () => redis.stop(),
  };
  desk = await createDesk({ providers: undefined, shared: undefined, ownRedis }, logger);
  await desk.listen(0, '127.0.0.1');
  const { port } = (desk.getHttpServer() as Server).address() as AddressInfo;
  url = `http://127.0.0.1:${port}`;
}, 300_000);

afterAll(async () => {
  await desk?.close();
  await redis?.[Symbol.asyncDispose]();
});

const textOf = async (path: string): Promise<string> => (await fetch(url + path)).text();
const panel = async (): Promise<PanelState> => JSON.parse(await textOf('/panel')) as PanelState;

async function press(id: string): Promise<string> {
  await fetch(`${url}/sandbox/${id}`, { method: 'POST' });
  return (await panel()).controls.find((control) => control.id === id)?.sentence ?? '';
}

function drop(fields: Record<string, string | File>): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return fetch(`${url}/drop`, { method: 'POST', body: form, redirect: 'manual' });
}

describe('the page of the desk', () => {
  it('is the live board with forms, under a policy without exceptions', async () => {
    const response = await fetch(`${url}/`);
    const page = await response.text();

    expect(page).toContain('src="./board/board.js"');
    expect(page).toMatch(/<form [^>]*action="drop" enctype="multipart\/form-data"/);
    expect(page.match(/action="sandbox\//g)).toHaveLength(6);
    expect(page.replace('http://www.w3.org/2000/svg', '')).not.toMatch(
      /https?:\/\/|style=|<script>|<style|onclick/,
    );
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("form-action 'self'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    for (const path of ['/board/board.js', '/board/board.css', '/desk.js', '/desk.css'])
      expect([path, (await fetch(url + path)).status]).toEqual([path, 200]);
  });

  it('takes a document for a tenant, and shows what became of it', async () => {
    const answer = await drop({ tenant: 'globex', document: new File(['The parties agree.'], 'a <b>.txt') });
    while ((await panel()).documents[0]?.state !== 'done') await sleep(20);
    const page = await textOf('/');

    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    expect(page).toContain('a &#60;b&#62;.txt, of globex: done');
    expect(page).toContain('sent to desk@globex.example for signature');
    expect(lines.join('\n')).toMatch(/"a <b>.txt" of globex: on the way/);
    expect(lines.join('\n')).toMatch(/"a <b>.txt": done/);
  });

  it('says what is wrong with a form', async () => {
    const said: string[] = [];
    for (const send of [
      () => drop({ tenant: 'acme' }),
      () => drop({ tenant: 'acme', document: new File([], 'empty.txt') }),
      () => drop({ document: new File([Buffer.alloc(11_000_000)], 'large.txt') }),
      () => fetch(`${url}/drop`, { method: 'POST', body: 'text', redirect: 'manual' }),
    ]) {
      const { status } = await send();
      said.push(`${status} ${(await panel()).latest}`);
    }

    expect(said).toEqual([
      expect.stringMatching(/^303 There is no document/),
      expect.stringMatching(/^303 There is no document/),
      expect.stringMatching(/^303 The documents are larger than 10 MB/),
      expect.stringMatching(/^303 The form cannot be read/),
    ]);
  });

  it('has no control of another name, and takes no form of another site', async () => {
    const unknown = await fetch(`${url}/sandbox/none`, { method: 'POST' });
    const foreign = await rawRequest(`${url}/sandbox/revoke`, {
      method: 'POST',
      headers: { origin: 'https://other.example' },
    });
    const rebound = await rawRequest(`${url}/`, { headers: { host: 'desk.example' } });

    expect([unknown.status, foreign.status, rebound.status]).toEqual([404, 403, 403]);
  });

  it('shows no secret and no token anywhere, whatever is done to the sandbox', async () => {
    const { sandbox } = desk.get(Backend, { strict: false });
    const tokens = desk.get(TokenManager);
    if (sandbox === undefined) throw new Error('The desk has no sandbox.');
    const secrets = new Set<string>();
    const collect = async (): Promise<void> => {
      for (const { client } of Object.values(sandbox)) secrets.add(client.clientSecret);
      for (const { clientSecret } of Object.values(sandbox.signeasy.tenants)) secrets.add(clientSecret);
      for (const name of tokens.providers) {
        const source = name === 'signeasy' ? tokens.source(name).forTenant('globex') : tokens.source(name);
        secrets.add((await source.getToken()).value);
      }
    };
    const stream = await openStream(`${url}/board/events`);

    await collect();
    for (const id of ['cold-start', 'revoke', 'rotate', 'scope', 'redis']) {
      expect(await press(id)).toMatch(/0 failed calls|1 token request$|0 token requests for it/);
      await collect();
    }
    await drop({ document: new File(['The parties agree.'], 'refused.txt') });
    while ((await panel()).documents[0]?.state !== 'failed') await sleep(20);
    while (!stream.text().includes('the token lacks the scope')) await sleep(20);
    const paths = ['/', '/panel', '/board', '/board/state', '/tokens', '/health', '/metrics', '/desk.js'];
    const shown = [stream.text(), lines.join('\n'), ...(await Promise.all(paths.map(textOf)))];
    stream.close();

    expect(secrets.size).toBeGreaterThan(20);
    for (const secret of secrets) {
      const forms = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
      for (const text of shown) for (const form of forms) expect(text.includes(form)).toBe(false);
    }
  }, 60_000);
});

describe('what operators ask of the desk', () => {
  it('is healthy while every provider can be had', async () => {
    const response = await fetch(`${url}/health`);
    const health = (await response.json()) as { status: string; info: { tokens: object } };

    expect([response.status, health.status]).toEqual([200, 'ok']);
    expect(Object.keys(health.info.tokens).toSorted()).toEqual(
      ['fuuffy', 'fyma', 'resistant', 'signeasy', 'smartDocumentor', 'status'].toSorted(),
    );
  });

  it('has metrics in the text format of Prometheus', async () => {
    await fetch(`${url}/cameras`);
    const response = await fetch(`${url}/metrics`);
    const text = await response.text();

    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(text).toContain('# TYPE oauth_client_token_acquisitions_total counter');
    expect(text).toMatch(/oauth_client_token_acquisitions_total\{oauth_provider="fyma"/);
    expect(text).toMatch(/oauth_client_token_expires_in\{oauth_provider="fyma"/);
  });
});
