// An application with OpenTelemetry and its instrumentation of HTTP: Express or Nest, from one or two copies of the library. Prints its spans as JSON.
import { createRequire } from 'node:module';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

const exporter = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(tracerProvider);
new HttpInstrumentation().setTracerProvider(tracerProvider);
// The instrumentation hooks into require; ES modules see the same object.
createRequire(import.meta.url)('node:http');

const { framework, library, instrumentation, provider } = JSON.parse(process.argv[2]);
const load = (entry) => import(`${library}/${entry}index.js`);
const { instrumentTokens } = await import(`${instrumentation}/opentelemetry/index.js`);
const { url, close } = await (framework === 'nest' ? openNest() : openExpress());

const path = (number) => `${url}/documents/${number}`;
const statuses = [];
for (const number of [1, 2]) statuses.push((await fetch(path(number))).status);
await close();

const spans = exporter.getFinishedSpans().map((span) => ({
  id: span.spanContext().spanId,
  parent: span.parentSpanContext?.spanId,
  name: span.name,
  url: span.attributes['url.full'] ?? span.attributes['url.path'],
}));
process.stdout.write(JSON.stringify({ statuses, spans }));

async function openExpress() {
  const { default: axios } = await import('axios');
  const { default: express } = await import('express');
  const { authorizeAxios, TokenManager } = await load('core/');
  const tokens = new TokenManager({ providers: { desk: provider } });
  instrumentTokens(tokens);
  const api = axios.create(provider.api);
  authorizeAxios(api, tokens.source('desk'));
  const app = express();
  app.get('/documents/:id', (request, response, next) => {
    api.get(request.path).then(({ data }) => response.json(data), next);
  });
  const server = await new Promise((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: async () => {
      server.close();
      await tokens.close();
    },
  };
}

async function openNest() {
  await import('reflect-metadata');
  const { Controller, Get, Inject, Param } = await import('@nestjs/common');
  const { NestFactory } = await import('@nestjs/core');
  const { firstValueFrom, map } = await import('rxjs');
  const { ClientCredentialsModule, getTokenClientToken, TokenManager } = await load('');
  class Documents {
    constructor(desk) {
      this.desk = desk;
    }
    get(id) {
      return firstValueFrom(this.desk.get(`/documents/${id}`).pipe(map(({ data }) => data)));
    }
  }
  Inject(getTokenClientToken('desk'))(Documents, undefined, 0);
  Param('id')(Documents.prototype, 'get', 0);
  Get('/documents/:id')(
    Documents.prototype,
    'get',
    Object.getOwnPropertyDescriptor(Documents.prototype, 'get'),
  );
  Controller()(Documents);
  const root = ClientCredentialsModule.forRoot({ providers: { desk: provider } });
  const app = await NestFactory.create({ ...root, controllers: [Documents] }, { logger: ['error'] });
  instrumentTokens(app.get(TokenManager));
  await app.listen(0, '127.0.0.1');
  return { url: await app.getUrl(), close: () => app.close() };
}
