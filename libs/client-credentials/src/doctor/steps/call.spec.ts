import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { InternalAxiosRequestConfig } from 'axios';
import { startAuthorizationServer, type AuthorizationServer } from 'nestjs-client-credentials/testing';
import type { ProviderConfig } from '../../config/options.js';
import { TokenManager } from '../../manager/token-manager.js';
import type { Step } from '../step.js';
import { examineCall } from './call.js';

const SECRET = 'secret-of-the-call';

let server: AuthorizationServer;

beforeEach(async () => {
  server = await startAuthorizationServer({ clientSecret: SECRET });
});

afterEach(() => server.close());

/** Calls the API with these options of the provider beside those of the server. */
async function call(url: string, more: Partial<ProviderConfig> = {}): Promise<Step> {
  const reacquire = { on: () => false };
  const config = { ...server.providerConfig, reacquire, ...more } as ProviderConfig;
  const tokens = new TokenManager({ providers: { desk: config } });
  try {
    const source = tokens.source('desk');
    const token = await source.getToken();
    return await examineCall({ url, source, token, config, timeoutMs: 5_000 });
  } finally {
    await tokens.close();
  }
}

describe('the call of an API', () => {
  it.each([
    [401, /: status 401\. The API refuses the token: check audience \(none is asked for\)/],
    [403, /: status 403\. The API knows the token, but does not allow the call/],
    [404, /: status 404\. .*check the path in --call/],
    [405, /: status 405\. .*name an address that answers GET/],
    [429, /: status 429\. The API has had too many calls/],
    [503, /: status 503\. The API fails/],
  ])('that is answered with %d says what to check', async (status, expected) => {
    server.api.answerNext(1, { status });

    const step = await call('/me');

    expect(step).toMatchObject({ step: 'call', status: 'failed', details: { httpStatus: status } });
    expect(step.message).toMatch(expected);
    expect(server.apiRequests).toHaveLength(1);
  });

  it('names what the API says, without the secret and without its query', async () => {
    const challenge = `Bearer error="invalid_token", error_description="${SECRET} is wrong."`;
    server.api.answerNext(1, { status: 403, headers: { 'www-authenticate': challenge } });

    const step = await call('/me?key=hidden');

    expect(step.message).toContain('/me: status 403, invalid_token, [redacted] is wrong. The API');
    expect(JSON.stringify(step)).not.toContain('hidden');
  });

  it('that needs a scope which the API does not name says so', async () => {
    const challenge = 'Bearer error="insufficient_scope"';
    server.api.answerNext(1, { status: 403, headers: { 'www-authenticate': challenge } });

    const step = await call('/me', { scope: 'a b' });

    expect(step.message).toContain('needs a scope that it does not name; granted is "a b"');
  });

  it.each([
    [{ location: 'https://login.example.com/a?ticket=1' }, ' a redirect to https://login.example.com,'],
    [{ location: '/elsewhere' }, ' a redirect, which'],
    [{}, ' a redirect, which'],
  ])('that is redirected by %j is a warning, and is not followed', async (headers, expected) => {
    server.api.answerNext(1, { status: 302, headers: { ...headers } });

    const step = await call('/me');

    expect(step).toMatchObject({ status: 'warning', message: expect.stringContaining(expected) });
    expect(server.apiRequests).toHaveLength(1);
  });

  it('without a base and without an origin is not complete', async () => {
    const { api: _api, ...withoutApi } = server.providerConfig as ProviderConfig;
    const tokens = new TokenManager({ providers: { desk: withoutApi } });
    const source = tokens.source('desk');
    const token = await source.getToken();

    const step = await examineCall({
      url: '/me',
      source,
      token,
      config: withoutApi,
      timeoutMs: 5_000,
    });

    await tokens.close();
    expect(step).toMatchObject({ status: 'failed', message: expect.stringContaining('not complete') });
  });

  it.each([
    ['http://api.example.com/me', undefined, /neither https nor loopback/],
    ['https://api.example.com/me', ['https://other.example.com'], /only https:\/\/other\.example\.com may/],
    ['https://api.example.com/me', [], /no origin may/],
  ])('of %s with the allowed origins %j is not sent', async (url, allowedOrigins, expected) => {
    const step = await call(url, allowedOrigins === undefined ? {} : { allowedOrigins });

    expect(step.status).toBe('failed');
    expect(step.message).toMatch(expected);
  });

  it('goes where the token’s own base is', async () => {
    server.tokenEndpoint.answerNext(1, {
      body: { access_token: 'a', token_type: 'Bearer', expires_in: 60, instance_url: server.apiUrl },
    });

    server.api.answerNext(1, { status: 200 });

    const step = await call('/me', {
      allowedOrigins: [],
      dialect: { response: { apiBaseURL: 'instance_url' } },
    });

    expect(step).toMatchObject({ status: 'ok', details: { httpStatus: 200 } });
  });

  it('that gets no response names the code of the error, and what to check', async () => {
    const other = await startAuthorizationServer();
    await other.close();

    const step = await call(`${other.apiUrl}/me`, { allowedOrigins: [new URL(other.apiUrl).origin] });

    expect(step.message).toMatch(/^no response from 127\.0\.0\.1:\d+: .*ECONNREFUSED.* Check api\.baseURL/);
  });

  it('shows neither secret nor token that an error of the transport has in it', async () => {
    const adapter = ({ headers }: InternalAxiosRequestConfig): Promise<never> =>
      Promise.reject(
        Object.assign(new Error(`${SECRET} and ${String(headers.get('authorization'))}`), { code: 'E_OWN' }),
      );
    const api = { baseURL: server.apiUrl, adapter };

    const step = await call('/me', { api });
    const ofFunction = await call('/me', { api, clientSecret: () => SECRET });

    expect(step.message).toContain(': Error: [redacted] and [redacted] (E_OWN). Check');
    expect(ofFunction.message).toContain('and [redacted] (E_OWN). Check');
  });
});
