import { describe, expect, it } from '@jest/globals';
import { createApplication } from '../examples/express/src/application.js';
import { compileApplication } from './support/compiled-application.js';
import { listen } from './support/listen.js';
import { openTenants, tenantOf, type Tenants } from './support/tenants.js';

async function openExample(): Promise<{ desk: Tenants; url: string } & AsyncDisposable> {
  const desk = await openTenants();
  const { url, close } = await listen(createApplication(desk.tokens.source('desk'), desk.server.apiUrl));
  return {
    desk,
    url,
    async [Symbol.asyncDispose]() {
      await close();
      await desk[Symbol.asyncDispose]();
    },
  };
}

describe('the example for Express', () => {
  it('calls the API with each customer’s own token, directly and through its gateway', async () => {
    await using example = await openExample();
    const { desk, url } = example;
    const asked = ['acme', 'globex', 'acme', 'globex'];

    const answers = await Promise.all(
      asked.flatMap((tenant) =>
        ['/documents', '/gateway/documents'].map((path) =>
          fetch(url + path, { headers: { 'x-tenant-id': tenant } }),
        ),
      ),
    );

    expect(answers.map(({ status }) => status)).toEqual(Array<number>(8).fill(200));
    expect(desk.server.apiRequests.map((request) => String(tenantOf(request))).toSorted()).toEqual([
      ...Array<string>(4).fill('acme'),
      ...Array<string>(4).fill('globex'),
    ]);
    expect(desk.server.tokenRequests).toHaveLength(2);
  });

  it.each(['/documents', '/gateway/documents'])(
    'answers 400 at %s for a missing or unknown customer',
    async (path) => {
      await using example = await openExample();

      const answers = await Promise.all(
        [{}, { 'x-tenant-id': 'nobody' }].map((headers) => fetch(example.url + path, { headers })),
      );

      expect(answers.map(({ status }) => status)).toEqual([400, 400]);
      expect(example.desk.server.tokenRequests).toHaveLength(0);
    },
  );
});

describe('npm run example:express', () => {
  it('answers its two customers differently, and says in one line that its port is taken', async () => {
    await using application = await compileApplication('examples/express/src');
    const example = application.start({ PORT: '0' });
    const [url = ''] = /http:\S+(?=\/documents)/.exec(await example.printed(/Try:\n.*documents$/m)) ?? [];

    const answers = await Promise.all(
      ['acme', 'globex'].flatMap((customer) =>
        ['/documents', '/gateway/documents'].map(async (path) =>
          (await fetch(url + path, { headers: { 'x-tenant-id': customer } })).json(),
        ),
      ),
    );
    const second = application.start({ PORT: new URL(url).port });
    const code = await second.ended;
    example.process.kill('SIGINT');
    await example.ended;

    const [acme, acmeThroughGateway, globex, globexThroughGateway] = answers;
    expect(acme).toMatchObject({ customer: 'acme' });
    expect(globex).toMatchObject({ customer: 'globex' });
    expect([acmeThroughGateway, globexThroughGateway]).toEqual([acme, globex]);
    expect([code, second.stdout()]).toEqual([1, '']);
    expect(second.stderr()).toMatch(/^Port \d+ is in use[^\n]*\n$/);
  });

  it('refuses a PORT that is no port', async () => {
    await using application = await compileApplication('examples/express/src');
    const example = application.start({ PORT: 'here' });

    expect(await example.ended).toBe(1);
    expect([example.stdout(), example.stderr()]).toEqual([
      '',
      'PORT must be a number from 0 to 65535. Set another port.\n',
    ]);
  });
});
