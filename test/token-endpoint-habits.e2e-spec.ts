import { describe, expect, it } from '@jest/globals';
import type { Dialect, ProviderConfig } from 'nestjs-client-credentials/core';
import type { RawAnswer } from 'nestjs-client-credentials/testing';
import { failureOf, openDesk } from './support/the-desk.js';

const PASSING = ['temporarily_unavailable', 'server_error', 'slow_down'] as const;
const ONE_ATTEMPT = { tokenRequest: { attempts: 1 } };

describe.each(PASSING)('the OAuth error %s', (error) => {
  const statuses = [200, 400, 404, 409, 500, 503];

  it.each(statuses)(
    'with status %i passes by itself: the request is made again within the call',
    async (status) => {
      await using desk = await openDesk();
      desk.server.tokenEndpoint.answerNext(1, { status, body: { error } });

      const token = await desk.source.getToken();

      expect(token.value).toBe(desk.server.issued[0]?.value);
      expect(desk.server.tokenRequests).toHaveLength(2);
    },
  );

  it.each(statuses)(
    'with status %i makes the endpoint unavailable, and is not held against the next call',
    async (status) => {
      await using desk = await openDesk({ provider: ONE_ATTEMPT });
      desk.server.tokenEndpoint.answerNext(1, { status, body: { error } });

      const failure = await failureOf(desk.source.getToken());
      const token = await desk.source.getToken();

      expect(failure).toMatchObject({
        code: 'token_endpoint_unavailable',
        retryable: true,
        oauthError: error,
      });
      expect(token.value).toBe(desk.server.issued[0]?.value);
    },
  );

  it.each([401, 403])('with status %i is a rejection all the same', async (status) => {
    await using desk = await openDesk();
    desk.server.tokenEndpoint.answerNext(1, { status, body: { error } });

    const failure = await failureOf(desk.source.getToken());

    expect(failure).toMatchObject({ code: 'token_request_rejected', retryable: false });
    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it('is found where the dialect says that errors are', async () => {
    const dialect = { response: { error: 'fault.code' } };
    await using desk = await openDesk({ provider: { ...ONE_ATTEMPT, dialect } });
    desk.server.tokenEndpoint.answerNext(1, { status: 400, body: { fault: { code: error } } });

    const failure = await failureOf(desk.source.getToken());

    expect(failure).toMatchObject({ code: 'token_endpoint_unavailable', retryable: true });
  });
});

describe('an error that passes by itself, and names a time', () => {
  it('is not asked about again before that time', async () => {
    await using desk = await openDesk({ provider: ONE_ATTEMPT });
    const answer: RawAnswer = {
      status: 400,
      headers: { 'retry-after': '60' },
      body: { error: 'temporarily_unavailable' },
    };
    desk.server.tokenEndpoint.answerNext(1, answer);
    const failure = await failureOf(desk.source.getToken());
    desk.clock.advance(59_000);
    const early = await failureOf(desk.source.getToken());
    desk.clock.advance(1_000);

    const token = await desk.source.getToken();

    expect(failure.retryAt).toBe(early.retryAt);
    expect(token.value).toBe(desk.server.issued[0]?.value);
    expect(desk.server.tokenRequests).toHaveLength(2);
  });
});

describe('an answer that means a token without end', () => {
  const never: [string, object, Dialect['response'] | undefined][] = [
    ['the number -1', { expires_in: -1 }, undefined],
    ['the text -1', { expires_in: '-1' }, undefined],
    ['the number -1.0 of another name', { ttl: -1 }, { expiresIn: 'ttl' }],
    ['-1 milliseconds', { expires_in: -1 }, { expiresUnit: 'milliseconds' }],
    ['an end at -1, in seconds', { expires_in: -1 }, { expiresUnit: 'epoch-seconds' }],
    ['an end at -1, in milliseconds', { expires_in: '-1' }, { expiresUnit: 'epoch-milliseconds' }],
    ['null', { expires_in: null }, undefined],
    ['nothing', {}, undefined],
  ];

  it.each(never)('by %s is kept for the default time', async (_, body, response) => {
    const provider = {
      lifetime: { defaultSeconds: 120 },
      ...(response && { dialect: { response } }),
    };
    await using desk = await openDesk({ provider });
    const { value } = desk.server.issue();
    desk.server.tokenEndpoint.answerNext(1, { body: { access_token: value, token_type: 'Bearer', ...body } });

    const token = await desk.source.getToken();

    expect(token).toMatchObject({ value, expiresAt: token.obtainedAt + 120_000 });
    expect(desk.server.tokenRequests).toHaveLength(1);
  });

  it.each([-2, '-2', -3600, -0.5, 'never', true, {}])('is not one by %j', async (expires_in) => {
    await using desk = await openDesk({ provider: ONE_ATTEMPT });
    const { value } = desk.server.issue();
    const body = { access_token: value, token_type: 'Bearer', expires_in };
    desk.server.tokenEndpoint.answerNext(1, { body });

    const failure = await failureOf(desk.source.getToken());

    expect(failure.code).toBe('invalid_token_response');
  });
});

describe('a token request whose parameters are in the query', () => {
  it.each<[string, Partial<ProviderConfig>]>([
    ['with a secret in the header', {}],
    ['with a scope', { scope: 'read' }],
    ['with headers of the dialect', { dialect: { requestEncoding: 'query', headers: { 'X-Mine': '1' } } }],
  ])('by POST, %s, has no body and names no type of one', async (_, provider) => {
    const dialect = { requestEncoding: 'query' as const };
    await using desk = await openDesk({ server: { dialect }, provider });

    await desk.source.getToken();

    const [request] = desk.server.tokenRequests;
    expect(request).toMatchObject({ method: 'POST', text: '', query: { grant_type: 'client_credentials' } });
    expect(request?.headers['content-type']).toBeUndefined();
    expect(request?.headers['content-length'] ?? '0').toBe('0');
    expect(request?.headers['transfer-encoding']).toBeUndefined();
  });

  it('by GET has no body and names no type of one', async () => {
    const dialect = { requestEncoding: 'query' as const, method: 'GET' as const };
    await using desk = await openDesk({ server: { dialect } });

    await desk.source.getToken();

    const [request] = desk.server.tokenRequests;
    expect(request).toMatchObject({ method: 'GET', text: '' });
    expect(request?.headers['content-type']).toBeUndefined();
  });

  it('keeps a content type that the dialect itself asks for', async () => {
    const headers = { 'Content-Type': 'application/json' };
    const dialect = { requestEncoding: 'query' as const, headers };
    await using desk = await openDesk({ server: { dialect } });

    await desk.source.getToken();

    expect(desk.server.tokenRequests[0]?.headers['content-type']).toBe('application/json');
  });
});
