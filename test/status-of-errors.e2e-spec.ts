import { Controller, Get, Inject, Module } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import axios from 'axios';
import express from 'express';
import fastify from 'fastify';
import { describe, expect, it } from '@jest/globals';
import { authorizeAxios, ClientCredentialsError, type TokenSource } from 'nestjs-client-credentials/core';
import { tokenRelay } from 'nestjs-client-credentials/express';
import type { RawAnswer } from 'nestjs-client-credentials/testing';
import { listen } from './support/listen.js';
import { errorOf } from './support/outcome.js';
import { openDesk, type Desk } from './support/the-desk.js';

const SOURCE = Symbol('source');
const WORDS = 'words of the provider';

const ANSWERS: RawAnswer[] = [
  { status: 400, body: { error: 'invalid_scope', error_description: WORDS } },
  { status: 401, body: { error: 'invalid_client', error_description: WORDS } },
  { status: 403, body: { error: 'access_denied', error_description: WORDS } },
  { status: 404, body: { message: WORDS } },
  { status: 429, headers: { 'retry-after': '7' }, body: { error_description: WORDS } },
  { status: 503, body: { error: 'temporarily_unavailable', error_description: WORDS } },
];

const openFailing = (answer: RawAnswer): Promise<Desk> =>
  openDesk({ provider: { tokenRequest: { attempts: 1 } } }).then((desk) => {
    desk.server.tokenEndpoint.answerNext(Infinity, answer);
    return desk;
  });

/** An application that listens. */
interface Application {
  readonly url: string;
  readonly close: () => Promise<unknown>;
}

/** Applications that ask for a token and leave its error to their framework. */
const applications: [string, (source: TokenSource) => Promise<Application>][] = [
  [
    'Express 5',
    async (source) => {
      const app = express();
      app.set('env', 'test');
      app.get('/', async (_, response) => void response.json(await source.getToken()));
      return listen(app);
    },
  ],
  [
    'Fastify 5',
    async (source) => {
      const app = fastify();
      app.get('/', () => source.getToken());
      return { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() };
    },
  ],
  ['Nest on Express', (source) => nest(source, new ExpressAdapter())],
  ['Nest on Fastify', (source) => nest(source, new FastifyAdapter())],
];

@Controller()
class TokenController {
  constructor(@Inject(SOURCE) readonly source: TokenSource) {}

  @Get()
  read(): Promise<unknown> {
    return this.source.getToken();
  }
}

async function nest(source: TokenSource, adapter: ExpressAdapter | FastifyAdapter): Promise<Application> {
  @Module({ controllers: [TokenController], providers: [{ provide: SOURCE, useValue: source }] })
  class AppModule {}
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = module.createNestApplication(adapter, { logger: false });
  await app.listen(0, '127.0.0.1');
  return { url: (await app.getUrl()).replace('[::1]', '127.0.0.1'), close: () => app.close() };
}

describe.each(applications)('%s, which handles errors by itself', (_, start) => {
  it.each(ANSWERS)('answers 500, and never what the token endpoint answered: $status', async (answer) => {
    await using desk = await openFailing(answer);
    const app = await start(desk.source);

    const { status, headers } = await fetch(app.url);
    await app.close();

    expect(status).toBe(500);
    expect(headers.get('retry-after')).toBeNull();
  });
});

describe('the error of a token that cannot be had', () => {
  it.each(ANSWERS)(
    'tells the status of the endpoint by a name that no framework reads: $status',
    async (answer) => {
      await using desk = await openFailing(answer);

      const error = await errorOf(desk.source.getToken());

      expect(error).toBeInstanceOf(ClientCredentialsError);
      expect(error['endpointStatus']).toBe(answer.status);
      expect('status' in error).toBe(false);
      expect('statusCode' in error).toBe(false);
    },
  );

  it('has no status of the endpoint where the endpoint did not answer', async () => {
    await using desk = await openDesk({ provider: { tokenRequest: { attempts: 1 } } });
    desk.server.failNext(1, 'reset');

    const error = await errorOf(desk.source.getToken());

    expect(error['endpointStatus']).toBeUndefined();
    expect('status' in error).toBe(false);
  });

  it('has none by these names either where a call of an axios instance rejects with it', async () => {
    await using desk = await openFailing({ status: 401, body: { error: 'invalid_client' } });
    const http = axios.create({ baseURL: desk.server.apiUrl });
    authorizeAxios(http, desk.source);

    const error = await errorOf(http.get('/a'));

    expect(error).toMatchObject({ code: 'token_request_rejected', endpointStatus: 401 });
    expect('status' in error).toBe(false);
    expect('statusCode' in error).toBe(false);
    expect('headers' in error).toBe(false);
  });

  it('has the words of the endpoint in its message', async () => {
    await using desk = await openFailing({
      status: 401,
      body: { error: 'invalid_client', error_description: 'AADSTS7000222: expired' },
    });

    const error = await errorOf(desk.source.getToken());

    expect(error.message).toContain('AADSTS7000222');
    expect(error).toMatchObject({
      oauthError: 'invalid_client',
      oauthErrorDescription: 'AADSTS7000222: expired',
    });
  });
});

describe('the error of the token relay', () => {
  it.each([
    [400, 502, { status: 400, body: { error: 'invalid_scope' } }],
    [401, 502, { status: 401, body: { error: 'invalid_client' } }],
    [503, 503, { status: 503 }],
    [429, 503, { status: 429, headers: { 'retry-after': '7' } }],
  ])(
    'has a status for the answer, and the endpoint’s %i in its cause',
    async (endpointStatus, status, answer) => {
      await using desk = await openFailing(answer);
      const app = express();
      const errors: unknown[] = [];
      app.set('env', 'test');
      app.use(tokenRelay(desk.source), (_, response) => void response.end());
      app.use((error: unknown, _: express.Request, __: express.Response, next: express.NextFunction) => {
        errors.push(error);
        next(error);
      });
      const { url, close } = await listen(app);

      const response = await fetch(url);
      await close();

      expect(response.status).toBe(status);
      expect(errors).toMatchObject([
        { name: 'TokenRelayError', status, statusCode: status, cause: { endpointStatus } },
      ]);
      expect(errors[0]).not.toBeInstanceOf(ClientCredentialsError);
    },
  );
});
