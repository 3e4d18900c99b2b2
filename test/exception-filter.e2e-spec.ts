import { Controller, Get, Inject, Module, UseFilters, type ModuleMetadata } from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from '@jest/globals';
import { ClientCredentialsExceptionFilter } from 'nestjs-client-credentials';
import { ANSWERED, openCallingDesk, PASSED_THROUGH, WORDS } from './support/failing-application.js';

const WORK = Symbol('work');

type Work = () => Promise<unknown>;

@Controller()
class PlainController {
  constructor(@Inject(WORK) readonly work: Work) {}

  @Get()
  run(): Promise<unknown> {
    return this.work();
  }
}

@Controller()
@UseFilters(ClientCredentialsExceptionFilter)
class FilteredController extends PlainController {}

interface Application {
  readonly url: string;
  readonly close: () => Promise<void>;
}

type Registration = 'APP_FILTER' | 'useGlobalFilters' | '@UseFilters';

async function start(
  registration: Registration,
  adapter: ExpressAdapter | FastifyAdapter,
  work: Work,
): Promise<Application> {
  const filter = { provide: APP_FILTER, useClass: ClientCredentialsExceptionFilter };
  const metadata: ModuleMetadata = {
    controllers: [registration === '@UseFilters' ? FilteredController : PlainController],
    providers: [{ provide: WORK, useValue: work }, ...(registration === 'APP_FILTER' ? [filter] : [])],
  };
  @Module(metadata)
  class AppModule {}
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = module.createNestApplication(adapter, { logger: false });
  if (registration === 'useGlobalFilters') {
    app.useGlobalFilters(new ClientCredentialsExceptionFilter(app.get(HttpAdapterHost)));
  }
  await app.listen(0, '127.0.0.1');
  return { url: (await app.getUrl()).replace('[::1]', '127.0.0.1'), close: () => app.close() };
}

const adapters: [string, () => ExpressAdapter | FastifyAdapter][] = [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
];
const registrations: Registration[] = ['APP_FILTER', 'useGlobalFilters', '@UseFilters'];
const cases = adapters.flatMap(([name, adapter]) =>
  registrations.map((registration) => [name, registration, adapter] as const),
);

describe.each(cases)('the exception filter on %s, by %s', (_, registration, adapter) => {
  it.each(ANSWERED)('answers $name with $status, and nothing of the provider’s words', async (failure) => {
    await using calling = await openCallingDesk();
    const app = await start(registration, adapter(), () => failure.cause(calling));

    const response = await fetch(app.url);
    const text = await response.text();
    await app.close();

    expect([response.status, response.headers.get('retry-after')]).toEqual([
      failure.status,
      failure.retryAfter,
    ]);
    expect(text).not.toContain(WORDS);
    expect(JSON.parse(text)).toMatchObject({ statusCode: failure.status });
  });

  it.each(PASSED_THROUGH)('leaves $name to Nest', async (failure) => {
    await using calling = await openCallingDesk();
    const app = await start(registration, adapter(), () => failure.cause(calling));

    const response = await fetch(app.url);
    const text = await response.text();
    await app.close();

    expect(response.status).toBe(500);
    expect(JSON.parse(text)).toEqual({ statusCode: 500, message: 'Internal server error' });
  });
});
