import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import type { SnapshotRow } from 'nestjs-client-credentials';
import { Backend } from '../sample-app/src/backend/backend.js';
import { pushDocument } from '../sample-app/src/demonstration/push-document.js';
import type { SandboxProvider } from '../sample-app/src/sandbox/sandbox-provider.js';
import { createDesk } from '../sample-app/src/desk-application.js';

describe('the document desk, with its sandbox', () => {
  let desk: INestApplication;
  let url: string;

  beforeAll(async () => {
    desk = await createDesk(undefined);
    await desk.listen(0, '127.0.0.1');
    url = await desk.getUrl();
  });

  afterAll(async () => {
    await desk.close();
  });

  it('takes documents through all five providers, with one token request for each provider', async () => {
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

  it('shows how its tokens stand, and none of them', async () => {
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

  it('refuses an empty document, and knows no document that it was not given', async () => {
    const empty = await fetch(`${url}/documents`, { method: 'POST' });
    const unknown = await fetch(`${url}/documents/none`);

    expect([empty.status, unknown.status]).toEqual([400, 404]);
  });
});
