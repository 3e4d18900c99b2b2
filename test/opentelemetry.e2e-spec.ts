import { inspect } from 'node:util';
import axios from 'axios';
import {
  context,
  metrics,
  SpanKind,
  SpanStatusCode,
  trace,
  type Span,
  type TracerProvider,
} from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { describe, expect, it } from '@jest/globals';
import {
  authorizeAxios,
  MemoryTokenStore,
  TokenManager,
  type TokenStore,
} from 'nestjs-client-credentials/core';
import { instrumentTokens, type InstrumentTokensOptions } from 'nestjs-client-credentials/opentelemetry';
import { startAuthorizationServer } from 'nestjs-client-credentials/testing';
import { openTelemetry, type Telemetry } from './support/telemetry.js';
import { failureOf, openDesk, type Desk, type DeskOptions } from './support/the-desk.js';
import { until } from './support/until.js';

interface WatchedDesk extends Desk {
  readonly telemetry: Telemetry;
  readonly stop: () => void;
}

async function openWatchedDesk(
  options: DeskOptions & { instrument?: InstrumentTokensOptions } = {},
): Promise<WatchedDesk> {
  const telemetry = openTelemetry();
  const desk = await openDesk(options);
  const { meterProvider, tracerProvider } = telemetry;
  const stop = instrumentTokens(desk.tokens, { meterProvider, tracerProvider, ...options.instrument });
  const close = desk[Symbol.asyncDispose].bind(desk);
  return Object.assign(desk, {
    telemetry,
    stop,
    async [Symbol.asyncDispose]() {
      await close();
      await telemetry[Symbol.asyncDispose]();
    },
  });
}

const ACQUIRE = 'oauth.token.acquire';

/** Ids of the spans that a span links to. */
const linked = (span: ReadableSpan | undefined): (string | undefined)[] =>
  (span?.links ?? []).map((link) => link.context.spanId);
const idOf = (span: ReadableSpan | undefined): string | undefined => span?.spanContext().spanId;

describe('instrumentTokens counts', () => {
  it('acquisitions and how long they last, by provider and reason', async () => {
    await using desk = await openWatchedDesk();
    await desk.source.getToken();
    await desk.source.getToken();
    await desk.source.getToken({ forceRefresh: true });

    const counted = await desk.telemetry.points('oauth.client.token.acquisitions');
    const lasted = await desk.telemetry.points('oauth.client.token.acquisition.duration');

    const attributes = (reason: string) => ({ 'oauth.provider': 'desk', 'oauth.reason': reason });
    expect(counted).toEqual([
      { attributes: attributes('initial'), value: 1 },
      { attributes: attributes('forced'), value: 1 },
    ]);
    expect(lasted).toMatchObject([
      { attributes: attributes('initial'), value: { count: 1 } },
      { attributes: attributes('forced'), value: { count: 1 } },
    ]);
  });

  it('failed acquisitions, with the code of the error, in seconds', async () => {
    await using desk = await openWatchedDesk({ provider: { tokenRequest: { attempts: 1 } } });
    desk.server.failNext(1, (_, response) => {
      desk.clock.advance(1_500);
      response.writeHead(500).end();
    });
    await failureOf(desk.source.getToken());

    const counted = await desk.telemetry.points('oauth.client.token.acquisitions');
    const lasted = await desk.telemetry.points('oauth.client.token.acquisition.duration');

    const attributes = {
      'oauth.provider': 'desk',
      'oauth.reason': 'initial',
      'error.type': 'token_endpoint_unavailable',
    };
    expect(counted).toEqual([{ attributes, value: 1 }]);
    expect(lasted).toMatchObject([{ attributes, value: { count: 1, sum: 1.5 } }]);
  });

  it('replayed and refused calls, and outages of the store', async () => {
    const store: TokenStore = Object.assign(new MemoryTokenStore(), {
      get: () => Promise.reject(new Error('down')),
    });
    await using desk = await openWatchedDesk({ manager: { store } });
    const api = axios.create({ baseURL: desk.server.apiUrl, validateStatus: () => true });
    authorizeAxios(api, desk.source);
    await api.get('/documents');
    desk.server.revoke();
    await api.get('/documents');
    desk.server.api.failNext(1, {
      status: 403,
      headers: { 'www-authenticate': 'Bearer error="insufficient_scope", scope="write"' },
    });
    await api.get('/documents');

    const attributes = { 'oauth.provider': 'desk' };
    for (const name of ['api.replays', 'api.refusals', 'store.outages']) {
      const counted = await desk.telemetry.points(`oauth.client.${name}`);
      expect({ name, counted }).toEqual({ name, counted: [{ attributes, value: 1 }] });
    }
  });

  it('with the units of the semantic conventions', async () => {
    await using desk = await openWatchedDesk();
    await desk.source.getToken();

    const instruments = await desk.telemetry.instruments();

    const units = Object.fromEntries(instruments.map(({ name, unit }) => [name, unit]));
    expect(units).toEqual({
      'oauth.client.token.acquisitions': '{acquisition}',
      'oauth.client.token.acquisition.duration': 's',
      'oauth.client.token.expires_in': 's',
    });
    expect(instruments.filter(({ description }) => !description.endsWith('.'))).toEqual([]);
  });

  it('so that Prometheus can read it, with buckets for seconds', async () => {
    const reader = new PrometheusExporter({ preventServerStart: true });
    const meterProvider = new MeterProvider({ readers: [reader] });
    await using desk = await openWatchedDesk({ instrument: { meterProvider } });
    await desk.source.getToken();

    const { resourceMetrics } = await reader.collect();
    const text = new PrometheusSerializer().serialize(resourceMetrics);
    await meterProvider.shutdown();

    const [total, ...buckets] = text
      .split('\n')
      .filter((line) => /^oauth_client_token_acquisition(s_total|_duration_bucket)/.test(line));
    expect(total).toMatch(/oauth_provider="desk",oauth_reason="initial".* 1$/);
    expect(buckets.map((line) => /le="(.+?)"/.exec(line)?.[1])).toEqual([
      '0.005',
      '0.01',
      '0.025',
      '0.05',
      '0.075',
      '0.1',
      '0.25',
      '0.5',
      '0.75',
      '1',
      '2.5',
      '5',
      '7.5',
      '10',
      '+Inf',
    ]);
  });

  it('tenants only where they are asked for', async () => {
    const tenants = (tenant: string) => ({ parameters: { of: tenant } });
    await using silent = await openWatchedDesk({ provider: { tenants } });
    await using telling = await openWatchedDesk({ provider: { tenants }, instrument: { tenants: true } });
    for (const { source } of [silent, telling]) {
      await source.forTenant('acme').getToken();
      await source.forTenant('zeta').getToken();
    }

    const tenantsOf = async ({ telemetry }: WatchedDesk): Promise<string[][]> => {
      const found = [telemetry.spans(ACQUIRE).map(({ attributes }) => String(attributes['oauth.tenant']))];
      for (const name of ['acquisitions', 'acquisition.duration', 'expires_in']) {
        const points = await telemetry.points(`oauth.client.token.${name}`);
        found.push(points.map(({ attributes }) => String(attributes['oauth.tenant'])).toSorted());
      }
      return found;
    };
    expect(await tenantsOf(silent)).toEqual([
      ['undefined', 'undefined'],
      ['undefined'],
      ['undefined'],
      ['undefined'],
    ]);
    expect(await tenantsOf(telling)).toEqual(Array.from({ length: 4 }, () => ['acme', 'zeta']));
  });
});

describe('the gauge of instrumentTokens', () => {
  const GAUGE = 'oauth.client.token.expires_in';

  it('tells the seconds that the token which expires first has left, and nothing without a token', async () => {
    await using desk = await openWatchedDesk({ server: { lifetimeSeconds: 1000 } });
    expect(await desk.telemetry.points(GAUGE)).toEqual([]);

    await desk.source.getToken();
    desk.clock.advance(100_000);
    await desk.source.with({ scope: 'write' }).getToken();

    expect(await desk.telemetry.points(GAUGE)).toEqual([
      { attributes: { 'oauth.provider': 'desk' }, value: 900 },
    ]);
    desk.clock.advance(1_000_000);
    expect(await desk.telemetry.points(GAUGE)).toEqual([]);
  });

  it('tells each provider of two managers', async () => {
    await using desk = await openWatchedDesk();
    const { meterProvider } = desk.telemetry;
    const other = new TokenManager({ providers: { archive: desk.server.providerConfig } });
    const stop = instrumentTokens(other, { meterProvider });
    await desk.source.getToken();
    await other.source('archive').getToken();

    const points = await desk.telemetry.points(GAUGE);
    const counted = await desk.telemetry.points('oauth.client.token.acquisitions');
    stop();
    await other.close();

    for (const told of [points, counted]) {
      expect(told.map(({ attributes }) => String(attributes['oauth.provider'])).toSorted()).toEqual([
        'archive',
        'desk',
      ]);
    }
  });
});

describe('the span of an acquisition', () => {
  it('is a child of the call that caused it, with provider, reason and address', async () => {
    await using desk = await openWatchedDesk();

    await desk.telemetry.inSpan('call', () => desk.source.getToken());

    const [acquire, ...others] = desk.telemetry.spans(ACQUIRE);
    const [call] = desk.telemetry.spans('call');
    expect(others).toEqual([]);
    expect(acquire?.parentSpanContext?.spanId).toBe(idOf(call));
    expect(acquire?.kind).toBe(SpanKind.CLIENT);
    expect(acquire?.attributes).toEqual({
      'oauth.provider': 'desk',
      'oauth.reason': 'initial',
      'server.address': '127.0.0.1',
    });
    expect(acquire?.status.code).toBe(SpanStatusCode.UNSET);
    expect(linked(acquire)).toEqual([]);
  });

  it('is none of a call that a cached token serves', async () => {
    await using desk = await openWatchedDesk();
    await desk.source.getToken();

    await desk.telemetry.inSpan('call', () => desk.source.getToken());

    expect(desk.telemetry.spans(ACQUIRE)).toHaveLength(1);
  });

  it('links the calls that wait for the same token, each once', async () => {
    await using desk = await openWatchedDesk();
    desk.server.failNext(1, { status: 503, delayMs: 50 });

    const first = desk.telemetry.inSpan('first', () => desk.source.getToken());
    const early = desk.telemetry.inSpan('early', () =>
      Promise.all([desk.source.getToken(), desk.source.getToken()]),
    );
    await desk.server.tokenEndpoint.received(1);
    const late = desk.telemetry.inSpan('late', () => desk.source.getToken());
    await Promise.all([first, early, late]);

    const [acquire, ...others] = desk.telemetry.spans(ACQUIRE);
    expect(others).toEqual([]);
    expect(acquire?.parentSpanContext?.spanId).toBe(idOf(desk.telemetry.spans('first')[0]));
    expect(linked(acquire)).toEqual(['early', 'late'].map((name) => idOf(desk.telemetry.spans(name)[0])));
  });

  it('behind a caller is a root span with a link to the caller’s span', async () => {
    await using desk = await openWatchedDesk({ server: { lifetimeSeconds: 1000 } });
    await desk.source.getToken();
    desk.clock.advance(900_000);

    await desk.telemetry.inSpan('call', () => desk.source.getToken());
    await until(() => desk.telemetry.spans(ACQUIRE).length === 2);

    const acquire = desk.telemetry.spans(ACQUIRE)[1];
    const [call] = desk.telemetry.spans('call');
    expect(acquire?.attributes['oauth.reason']).toBe('refresh-ahead');
    expect(acquire?.parentSpanContext).toBeUndefined();
    expect(acquire?.spanContext().traceId).not.toBe(call?.spanContext().traceId);
    expect(linked(acquire)).toEqual([idOf(call)]);
  });

  it('behind a caller without a span is a root span without a link', async () => {
    await using desk = await openWatchedDesk({ server: { lifetimeSeconds: 1000 } });
    await desk.source.getToken();
    desk.clock.advance(900_000);

    await desk.source.getToken();
    await until(() => desk.telemetry.spans(ACQUIRE).length === 2);

    expect(linked(desk.telemetry.spans(ACQUIRE)[1])).toEqual([]);
  });

  it('tells that it failed by the code alone', async () => {
    await using desk = await openWatchedDesk();
    desk.server.failNext(1, { status: 400, body: { error: 'invalid_scope', error_description: 'words' } });

    const error = await desk.telemetry.inSpan('call', () => failureOf(desk.source.getToken()));

    const [acquire] = desk.telemetry.spans(ACQUIRE);
    expect(error.code).toBe('token_request_rejected');
    expect(acquire?.attributes['error.type']).toBe('token_request_rejected');
    expect(acquire?.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(acquire?.events).toEqual([]);
  });

  it('is there if the acquisition fails before the token request', async () => {
    await using desk = await openWatchedDesk({
      provider: { certificate: () => Promise.reject(new Error('no certificate')) },
    });

    await desk.telemetry.inSpan('call', () => failureOf(desk.source.getToken()));

    const [acquire] = desk.telemetry.spans(ACQUIRE);
    expect(desk.server.tokenRequests).toHaveLength(0);
    expect(acquire?.parentSpanContext?.spanId).toBe(idOf(desk.telemetry.spans('call')[0]));
    expect(acquire?.attributes['error.type']).toBe('token_endpoint_unavailable');
  });

  it('is none where a store has the token of another process', async () => {
    const store = new MemoryTokenStore();
    await using desk = await openWatchedDesk({ manager: { store } });
    const other = new TokenManager({
      providers: { desk: desk.server.providerConfig },
      store,
      clock: desk.clock,
    });
    await other.source('desk').getToken();

    await desk.source.getToken();
    await other.close();

    expect(desk.server.tokenRequests).toHaveLength(1);
    expect(desk.telemetry.spans()).toEqual([]);
    expect(await desk.telemetry.points('oauth.client.token.acquisitions')).toEqual([]);
  });

  it('ends where the manager is closed meanwhile', async () => {
    await using desk = await openWatchedDesk();
    desk.server.failNext(1, 'hang');
    const failing = failureOf(desk.source.getToken());
    await desk.server.tokenEndpoint.received(1);

    await desk.tokens.close();
    await failing;

    expect(desk.telemetry.spans(ACQUIRE).map((span) => span.attributes['error.type'])).toEqual(['closed']);
  });

  it('is active while the token is requested, and not afterwards', async () => {
    let active: string | undefined;
    await using desk = await openWatchedDesk({
      provider: {
        clientSecret: () => {
          active = trace.getActiveSpan()?.spanContext().spanId;
          return 'secret';
        },
      },
    });

    await desk.telemetry.inSpan('call', async () => {
      const before = trace.getActiveSpan();
      await desk.source.getToken();
      expect(trace.getActiveSpan()).toBe(before);
    });

    expect(active).toBe(idOf(desk.telemetry.spans(ACQUIRE)[0]));
  });

  it('tells the address of a token endpoint that was discovered', async () => {
    await using server = await startAuthorizationServer();
    const token = new URL(server.tokenUrl);
    token.hostname = 'localhost';
    const issuer = new URL(server.apiUrl).origin;
    server.api.answerNext(1, { body: { issuer, token_endpoint: token.href } });
    await using desk = await openWatchedDesk();
    desk.tokens.add('found', { issuer, clientId: 'client', clientSecret: 'secret' });

    await desk.tokens.source('found').getToken();

    const [acquire] = desk.telemetry.spans(ACQUIRE);
    expect(acquire?.attributes['server.address']).toBe('localhost');
  });

  it('has the links that are known when it begins, if its API is older than links', async () => {
    await using desk = await openWatchedDesk();
    const { tracerProvider } = desk.telemetry;
    desk.stop();
    instrumentTokens(desk.tokens, { tracerProvider: withoutLinks(tracerProvider) });
    desk.server.failNext(1, { status: 503, delayMs: 20 });

    const first = desk.telemetry.inSpan('first', () => desk.source.getToken());
    await desk.server.tokenEndpoint.received(1);
    const late = desk.telemetry.inSpan('late', () => desk.source.getToken());
    await Promise.all([first, late]);

    expect(desk.telemetry.spans(ACQUIRE).map(linked)).toEqual([[]]);
  });
});

/** A tracer provider whose spans have no `addLink`, as before version 1.9 of the API. */
function withoutLinks(provider: TracerProvider): TracerProvider {
  return {
    getTracer: (name) => {
      const tracer = provider.getTracer(name);
      const startSpan = (...args: Parameters<typeof tracer.startSpan>): Span =>
        Object.assign(tracer.startSpan(...args), { addLink: undefined, addLinks: undefined });
      return { startSpan, startActiveSpan: tracer.startActiveSpan.bind(tracer) };
    },
  };
}

describe('instrumentTokens', () => {
  it('stops', async () => {
    await using desk = await openWatchedDesk();
    await desk.source.getToken();

    desk.stop();
    await desk.source.getToken({ forceRefresh: true });

    const counted = await desk.telemetry.points('oauth.client.token.acquisitions');
    expect(counted.map(({ value }) => value)).toEqual([1]);
    expect(await desk.telemetry.points('oauth.client.token.expires_in')).toEqual([]);
    expect(desk.telemetry.spans(ACQUIRE)).toHaveLength(1);
  });

  it('takes the global providers, also if an SDK is registered afterwards', async () => {
    await using desk = await openDesk();
    await using telemetry = openTelemetry();
    const stop = instrumentTokens(desk.tokens);
    metrics.setGlobalMeterProvider(telemetry.meterProvider);
    trace.setGlobalTracerProvider(telemetry.tracerProvider);

    await desk.source.getToken();
    const counted = await telemetry.points('oauth.client.token.acquisitions');
    const left = await telemetry.points('oauth.client.token.expires_in');
    stop();
    metrics.disable();
    trace.disable();

    expect(counted).toHaveLength(1);
    expect(left).toHaveLength(1);
    expect(telemetry.spans(ACQUIRE)).toHaveLength(1);
  });

  it('costs no call where a tracer fails', async () => {
    const fail = (): never => {
      throw new Error('a broken tracer');
    };
    await using desk = await openDesk();
    instrumentTokens(desk.tokens, { tracerProvider: { getTracer: fail } });
    instrumentTokens(desk.tokens, {
      tracerProvider: { getTracer: () => ({ startSpan: fail, startActiveSpan: fail }) },
    });

    await desk.source.getToken();
    await desk.source.getToken({ forceRefresh: true });

    expect(desk.server.tokenRequests).toHaveLength(2);
  });

  it('takes any object with the methods of a manager', async () => {
    await using desk = await openWatchedDesk();
    const { meterProvider } = desk.telemetry;
    const manager = {
      onEvent: (listener: Parameters<TokenManager['onEvent']>[0]) => {
        listener({ type: 'api.replayed', provider: 'mine', scopes: [], at: 0 });
        return () => undefined;
      },
      snapshot: () => [],
    };

    const stop = instrumentTokens(manager, { meterProvider });
    const replays = await desk.telemetry.points('oauth.client.api.replays');
    stop();

    expect(replays).toEqual([{ attributes: { 'oauth.provider': 'mine' }, value: 1 }]);
  });

  it('tells no secret and no token', async () => {
    const secret = 'clientSecretSentinel';
    await using desk = await openWatchedDesk({
      server: { clientSecret: secret, clientAuthentication: 'client_secret_post' },
      provider: { parameters: { pin: 'pinSentinel' }, tenants: () => ({}) },
      instrument: { tenants: true },
    });
    const source = desk.source.forTenant('acme');
    await desk.telemetry.inSpan('call', () => source.getToken());
    desk.server.failNext(Infinity, (request, response) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: 'invalid_request', error_description: request.body }));
    });
    await failureOf(source.getToken({ forceRefresh: true }));
    await failureOf(source.with({ scope: 'x' }).getToken());

    const names = (await desk.telemetry.instruments()).map(({ name }) => name);
    const points = await Promise.all(names.map((name) => desk.telemetry.points(name)));
    const spans = desk.telemetry
      .spans()
      .map(({ name, attributes, events, links, status }) => ({ name, attributes, events, links, status }));
    const told = inspect([names, points, spans], { depth: Infinity });

    expect(told).toContain('token_request_rejected');
    const values = desk.server.issued.map(({ value }) => value);
    const hidden = [secret, 'pinSentinel', ...values];
    expect(values).toHaveLength(1);
    expect(hidden.filter((value) => told.includes(value))).toEqual([]);
  });
});

describe('an acquisition without a context manager', () => {
  it('is a root span', async () => {
    await using desk = await openWatchedDesk();
    context.disable();

    await desk.telemetry.inSpan('call', () => desk.source.getToken());

    const [acquire] = desk.telemetry.spans(ACQUIRE);
    expect(acquire?.parentSpanContext).toBeUndefined();
  });
});
