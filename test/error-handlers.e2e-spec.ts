import express from 'express';
import fastify from 'fastify';
import { describe, expect, it } from '@jest/globals';
import {
  clientCredentialsErrorHandler,
  fastifyClientCredentialsErrorHandler,
} from 'nestjs-client-credentials/express';
import { ANSWERED, openCallingDesk, PASSED_THROUGH, WORDS } from './support/failing-application.js';
import { listen } from './support/listen.js';

interface Application {
  readonly url: string;
  readonly close: () => Promise<unknown>;
}

type Work = () => Promise<unknown>;

const applications: [string, (work: Work) => Promise<Application>][] = [
  [
    'Express 5 with clientCredentialsErrorHandler()',
    async (work) => {
      const app = express();
      app.set('env', 'test');
      app.get('/', async (_, response) => void response.json(await work()));
      app.use(clientCredentialsErrorHandler());
      return listen(app);
    },
  ],
  [
    'Fastify 5 with fastifyClientCredentialsErrorHandler()',
    async (work) => {
      const app = fastify();
      app.setErrorHandler(fastifyClientCredentialsErrorHandler());
      app.get('/', () => work());
      return { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() };
    },
  ],
];

describe.each(applications)('%s', (name, start) => {
  it.each(ANSWERED)('answers $name with $status, and nothing of the provider’s words', async (failure) => {
    await using calling = await openCallingDesk();
    const app = await start(() => failure.cause(calling));

    const response = await fetch(app.url);
    const text = await response.text();
    await app.close();

    expect([response.status, response.headers.get('retry-after')]).toEqual([
      failure.status,
      failure.retryAfter,
    ]);
    expect(text).not.toContain(WORDS);
    expect(text).not.toMatch(/invalid_client|127\.0\.0\.1/);
  });

  it.each(PASSED_THROUGH)('leaves $name to the framework', async (failure) => {
    await using calling = await openCallingDesk();
    const app = await start(() => failure.cause(calling));

    const { status } = await fetch(app.url);
    await app.close();

    // An AxiosError has a status that Express and Fastify take for their own.
    expect(status).toBe(failure.name === 'an error of the API' ? 409 : failure.status);
  });

  it('serves what succeeds as before', async () => {
    const app = await start(async () => ({ done: name }));

    const response = await fetch(app.url);
    const body = await response.json();
    await app.close();

    expect([response.status, body]).toEqual([200, { done: name }]);
  });
});

describe('clientCredentialsErrorHandler()', () => {
  it('hands an error on where the answer has begun', async () => {
    await using calling = await openCallingDesk();
    const handedOn: unknown[] = [];
    const app = express();
    app.get('/', async (_, response) => {
      response.write('begun');
      await ANSWERED[0]?.cause(calling);
    });
    app.use(clientCredentialsErrorHandler());
    app.use((error: unknown, _: express.Request, response: express.Response, __: express.NextFunction) => {
      handedOn.push(error);
      response.destroy();
    });
    const { url, close } = await listen(app);

    const outcome = await fetch(url)
      .then((response) => response.text())
      .catch(() => 'cut');
    await close();

    expect(outcome).toBe('cut');
    expect(handedOn).toMatchObject([{ code: 'token_request_rejected' }]);
  });
});
