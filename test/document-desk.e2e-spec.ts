import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import type { SnapshotRow } from 'nestjs-client-credentials';
import { Backend } from '../sample-app/src/backend/backend.js';
import { pushDocument } from '../sample-app/src/demonstration/push-document.js';
import type { SandboxProvider } from '../sample-app/src/sandbox/sandbox-provider.js';
import { createDesk } from '../sample-app/src/desk-application.js';
import { startRedis } from './support/redis-server.js';

describe('the document desk, with its sandbox', () => {
  let desk: INestApplication;
  let url: string;

  beforeAll(async () => {
    desk = await createDesk({ providers: undefined, shared: undefined });
    await desk.listen(0, '127.0.0.1');
    url = await desk.getUrl();
  });

  afterAll(async () => {
    await desk.close();
  });

  it('processes documents with all five providers, with one token request per provider', async () => {
    const first = await pushDocument(url, () => undefined);
    const second = await pushDocument(url, () => undefined);

    for (const { state, steps } of [first, second]) {
      expect(state).toBe('done');
      expect(steps.map((step) => step.state)).toEqual(['done', 'done', 'done', 'done', 'done']);
    }
    const providers = Object.values(desk.get(Backend, { strict: false }).sandbox ?? {}) as SandboxProvider[];
    const counts = providers.map((provider) => provider.counts);
    expect(counts.map(({ tokenRequests }) => tokenRequests)).toEqual([1, 1, 1, 1, 1]);
  });

  it('shows the state of its tokens without their values', async () => {
    const rows = (await (await fetch(`${url}/tokens`)).json()) as SnapshotRow[];

    expect(rows.map(({ provider, state }) => `${provider} ${state}`).toSorted()).toEqual([
      'fuuffy fresh',
      'fyma fresh',
      'resistant fresh',
      'signeasy fresh',
      'smartDocumentor fresh',
    ]);
    expect(Object.keys(rows[0] ?? {})).not.toContain('value');
  });

  it('lists the cameras', async () => {
    const response = await fetch(`${url}/cameras`);

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(
      expect.arrayContaining([expect.objectContaining({ name: 'Front desk' })]),
    );
  });

  it('has each tenant’s documents signed through its own account', async () => {
    const [acme, globex] = await Promise.all([
      pushDocument(url, () => undefined, 'acme'),
      pushDocument(url, () => undefined, 'globex'),
    ]);

    const signed = [acme, globex].map(({ steps }) => steps.find(({ step }) => step === 'sign')?.message);
    expect(signed[0]).toContain('desk@acme.example');
    expect(signed[1]).toContain('desk@globex.example');
  });

  it('proxies /signeasy with the token of the requesting tenant, bodies included', async () => {
    const headers = { 'x-tenant-id': 'globex', authorization: 'Bearer of-the-caller' };
    const me = await fetch(`${url}/signeasy/me`, { headers });
    const envelope = await fetch(`${url}/signeasy/rs/envelope`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'contract', recipients: [{ email: 'desk@globex.example' }] }),
    });

    expect(await me.json()).toMatchObject({ email: 'desk@globex.example' });
    expect(envelope.status).toBe(201);
  });

  it('refuses an unknown tenant, and lists the known ones', async () => {
    const headers = { 'x-tenant-id': 'nobody' };
    const answers = await Promise.all(
      ['/signeasy/me', '/documents/x'].map((path) => fetch(url + path, { headers })),
    );

    expect(answers.map(({ status }) => status)).toEqual([400, 400]);
    expect(await answers[0]?.text()).toContain('acme or globex');
  });

  it('refuses an empty document, and answers 404 for an unknown one', async () => {
    const empty = await fetch(`${url}/documents`, { method: 'POST' });
    const unknown = await fetch(`${url}/documents/none`);

    expect([empty.status, unknown.status]).toEqual([400, 404]);
  });
});

describe('two document desks that share a Redis', () => {
  it('process documents with all five providers, with one token request per provider', async () => {
    await using redis = await startRedis();
    const shared = { url: redis.url, encryptionKey: randomBytes(32).toString('base64url') };
    const first = await createDesk({ providers: undefined, shared });
    const second = await createDesk({ providers: undefined, shared });
    for (const desk of [first, second]) await desk.listen(0, '127.0.0.1');

    const documents = [
      await pushDocument(await first.getUrl(), () => undefined),
      await pushDocument(await second.getUrl(), () => undefined),
    ];

    const providers = Object.values(first.get(Backend, { strict: false }).sandbox ?? {}) as SandboxProvider[];
    const rows = await Promise.all([first, second].map((desk) => fingerprintsOf(desk)));
    expect(documents.map(({ state }) => state)).toEqual(['done', 'done']);
    expect(second.get(Backend, { strict: false }).sandbox).toBeUndefined();
    expect(providers.map(({ counts }) => counts.tokenRequests)).toEqual([1, 1, 1, 1, 1]);
    expect(rows[1]).toEqual(rows[0]);
    await second.close();
    await first.close();
  }, 300_000);
});

/** Distinguishing data of each token in a desk's report. */
async function fingerprintsOf(desk: INestApplication): Promise<Record<string, unknown>> {
  const rows = (await (await fetch(`${await desk.getUrl()}/tokens`)).json()) as SnapshotRow[];
  return Object.fromEntries(rows.map(({ provider, fingerprint }) => [provider, fingerprint]));
}
