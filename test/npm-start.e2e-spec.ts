import { execFileSync } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DocumentProgress } from '../sample-app/src/desk/document.js';
import { compileApplication, type CompiledApplication } from './support/compiled-application.js';

/** What each button says, with the rest of its sentence left out. */
const SENTENCES: Record<string, string> = {
  'cold-start': '50 calls, 1 token request',
  revoke: 'all tokens revoked: 30 calls, 6 token requests, 0 failed calls',
  rotate: 'secret rotated: the next token request used the new one, 30 calls, 0 failed calls',
  scope: 'scope submissions.write taken away for 20 s: 1 call refused (403), 0 token requests for it',
  redis: 'Redis stopped for 20 s: 6 new tokens without it, 30 calls, 0 failed calls',
  outage: 'outage of 10 s: 0 failed calls, ',
};

let application: CompiledApplication;

beforeAll(async () => {
  application = await compileApplication('sample-app/src');
}, 120_000);

afterAll(async () => {
  await application?.[Symbol.asyncDispose]();
});

function isOnPath(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('npm start', () => {
  it('does what each button says, and says what came of it on the page and in the terminal', async () => {
    const desk = application.start({ PORT: '0' });
    const [url = ''] = /http:\/\/[\d.:]+/.exec(await desk.printed(/listens at http:\/\/[\d.]+:\d+/)) ?? [];
    await desk.printed(/keeps running/);
    const pageOf = async () => (await fetch(`${url}/`)).text();
    const ids = [...(await pageOf()).matchAll(/action="sandbox\/(?<id>[\w-]+)"/g)].map(
      ({ groups }) => groups?.['id'] ?? '',
    );

    const answers: (string | null | number)[][] = [];
    for (const id of ids) {
      const { status, headers } = await fetch(`${url}/sandbox/${id}`, { method: 'POST', redirect: 'manual' });
      answers.push([id, status, headers.get('location')]);
    }
    const expected = ids.map((id) => SENTENCES[id] ?? id);
    const isSaid = async (): Promise<boolean> => {
      const page = await pageOf();
      return expected.every((sentence) => page.includes(sentence));
    };
    while (!(await isSaid())) await sleep(200);

    expect(answers).toEqual(ids.map((id) => [id, 303, '/']));
    const hasRedis = ['redis-server', 'valkey-server'].some(isOnPath);
    expect(ids.toSorted()).toEqual(
      Object.keys(SENTENCES)
        .filter((id) => id !== 'redis' || hasRedis)
        .toSorted(),
    );
    for (const sentence of expected) expect(desk.stdout()).toContain(sentence);
    expect(desk.stdout()).toMatch(/^\d\d:\d\d:\d\d {2}Token of "fyma" acquired \(initial\)/m);
    expect(desk.stdout()).toMatch(/^\d\d:\d\d:\d\d {2}Another credential of "smartDocumentor"/m);
    expect(desk.stdout()).toMatch(/^\d\d:\d\d:\d\d {2}Call with a token of "resistant" .* refused/m);
    expect(desk.stderr()).toBe('');

    desk.process.kill('SIGINT');
    await desk.ended;
  }, 120_000);

  it('processes 200 documents at once without a warning', async () => {
    const desk = application.start({ PORT: '0' });
    const [url = ''] = /http:\/\/[\d.:]+/.exec(await desk.printed(/listens at http:\/\/[\d.]+:\d+/)) ?? [];
    const accepted = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        fetch(`${url}/documents?name=${index}`, { method: 'POST', body: 'The parties agree.' }),
      ),
    );

    const states: string[] = [];
    for (const response of accepted) {
      const { id } = (await response.json()) as DocumentProgress;
      for (;;) {
        const { state } = (await (await fetch(`${url}/documents/${id}`)).json()) as DocumentProgress;
        if (state !== 'in progress') states.push(state);
        if (state !== 'in progress') break;
        await sleep(50);
      }
    }

    expect(states).toEqual(Array<string>(200).fill('done'));
    expect(desk.stderr()).toBe('');
    expect(desk.stdout()).not.toMatch(/warning/i);
    desk.process.kill('SIGINT');
    await desk.ended;
  }, 120_000);

  it('says in one line that its port is taken, and exits with 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;

    const desk = application.start({ PORT: String(port) });
    const code = await desk.ended;
    other.close();

    expect(code).toBe(1);
    expect(desk.stdout()).toBe('');
    expect(desk.stderr()).toMatch(new RegExp(`^[^\n]*Port ${port} is in use[^\n]*\n$`));
  });
});
