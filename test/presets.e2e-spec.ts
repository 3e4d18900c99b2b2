import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import axios from 'axios';
import { authorizeAxios, TokenManager, type ProviderConfig } from 'nestjs-client-credentials/core';
import {
  fuuffy,
  fyma,
  resistantDocuments,
  signeasy,
  smartDocumentor,
  type ResistantDocumentsOptions,
} from 'nestjs-client-credentials/providers';
import { startAuthorizationServer, type RecordedRequest } from 'nestjs-client-credentials/testing';

const credentials = { clientId: 'an-id', clientSecret: 's%cret+&£' };

/** Token request of a preset as sent, answered in the provider's format. */
async function tokenRequestOf(config: ProviderConfig, answer: object): Promise<RecordedRequest> {
  await using server = await startAuthorizationServer();
  server.tokenEndpoint.answerNext(1, { body: answer });
  const tokens = new TokenManager({ providers: { it: { ...config, tokenUrl: server.tokenUrl } } });
  const token = await tokens.source('it').getToken();
  await tokens.close();
  expect(token.value).toBe('granted');
  return server.tokenRequests[0] as RecordedRequest;
}

const plainAnswer = { access_token: 'granted', token_type: 'Bearer', expires_in: 3600 };

describe('the preset', () => {
  it('resistantDocuments sends raw Basic credentials, and a form with grant type and scopes', async () => {
    const request = await tokenRequestOf(
      resistantDocuments({ stage: 'prod', cell: 'eu-1', ...credentials }),
      plainAnswer,
    );

    expect(request.method).toBe('POST');
    expect(request.headers.authorization).toBe(`Basic ${Buffer.from('an-id:s%cret+&£').toString('base64')}`);
    expect(request.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(request.headers.accept).toBe('application/json');
    expect(request.text).toBe('grant_type=client_credentials&scope=submissions.read+submissions.write');
  });

  it('smartDocumentor sends everything in a form, and no Authorization header', async () => {
    const request = await tokenRequestOf(smartDocumentor(credentials), plainAnswer);

    expect(request.headers.authorization).toBeUndefined();
    expect(request.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(request.parameters).toEqual({
      grant_type: 'client_credentials',
      scope: 'WebAPI',
      client_id: 'an-id',
      client_secret: 's%cret+&£',
    });
  });

  it('signeasy sends JSON with its audience, slash included', async () => {
    const request = await tokenRequestOf(signeasy(credentials), {
      ...plainAnswer,
      scope: 'rs:read rs:update',
    });

    expect(request.headers['content-type']).toBe('application/json');
    expect(JSON.parse(request.text)).toEqual({
      grant_type: 'client_credentials',
      audience: 'https://api-ext.signeasy.com/',
      client_id: 'an-id',
      client_secret: 's%cret+&£',
    });
  });

  it.each([
    ['an object', { ...plainAnswer }],
    ['a JSON string', JSON.stringify(plainAnswer)],
  ])('fuuffy sends a form without a grant type, and reads data as %s', async (_, data) => {
    const request = await tokenRequestOf(fuuffy({ environment: 'testing', ...credentials }), { data });

    expect(request.headers.authorization).toBeUndefined();
    expect(request.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(request.parameters).toEqual({ client_id: 'an-id', client_secret: 's%cret+&£' });
  });

  it('fuuffy sends a grant type if the dialect option sets one', async () => {
    const config = fuuffy({
      environment: 'production',
      ...credentials,
      dialect: { grantType: 'client_credentials' },
    });

    const request = await tokenRequestOf(config, { data: plainAnswer });

    expect(request.parameters['grant_type']).toBe('client_credentials');
  });

  it.each([
    [
      'with its wrapper',
      { error: { code: '401021', code_reason: 'invalid_client', message: 'Invalid client_id' } },
    ],
    ['without it', { code: '401021', code_reason: 'invalid_client', message: 'Invalid client_id' }],
  ])('fuuffy’s error %s is read', async (_, body) => {
    await using server = await startAuthorizationServer();
    server.failNext(1, { status: 401, body });
    const config = fuuffy({ environment: 'testing', ...credentials, tokenUrl: server.tokenUrl });
    const tokens = new TokenManager({ providers: { fuuffy: config } });

    await expect(tokens.source('fuuffy').getToken()).rejects.toMatchObject({
      code: 'token_request_rejected',
      oauthError: 'invalid_client',
      oauthErrorDescription: 'Invalid client_id',
      message: expect.stringContaining('the secret may be wrong'),
    });
    await tokens.close();
  });

  it('fyma sends JSON with its audience', async () => {
    const request = await tokenRequestOf(fyma(credentials), { ...plainAnswer, expires_in: 86_400 });

    expect(request.headers['content-type']).toBe('application/json');
    expect(JSON.parse(request.text)).toEqual({
      grant_type: 'client_credentials',
      audience: 'https://api.fyma.ai',
      client_id: 'an-id',
      client_secret: 's%cret+&£',
    });
  });

  it.each([
    ['prod', 'eu-1', 'aus2un1hkrKhPjir4417', 'https://api.documents.resistant.ai'],
    ['prod', 'us-1', 'aus3tzuy12e5blAJi417', 'https://api.us-1.documents.resistant.ai'],
    ['prod', 'ca-1', 'ausd6inbxjwgeJfq4417', 'https://api.ca-1.documents.resistant.ai'],
    ['prod', 'ap-2', 'aus827qzu1l953dI4417', 'https://api.ap-2.documents.resistant.ai'],
    ['prod', 'ap-3', 'ausp40dse1Q0rzDq6417', 'https://api.ap-3.documents.resistant.ai'],
    ['test', 'eu-1', 'aus17c52xbW6c0yA9417', 'https://api.test.example.com'],
  ] as const)(
    'resistantDocuments keeps token endpoint and API base of %s %s together',
    (stage, cell, server, base) => {
      const config = resistantDocuments({
        stage,
        cell,
        ...credentials,
        ...(stage === 'test' && { api: { baseURL: base } }),
      });

      expect(config.tokenUrl).toBe(`https://eu.id.resistant.ai/oauth2/${server}/v1/token`);
      expect(config.api?.baseURL).toBe(base);
    },
  );

  it.each([
    [{ stage: 'staging', cell: 'eu-1' }, /stage: "staging" is not known; use one of: prod, test/],
    [{ stage: 'prod', cell: 'eu-9' }, /cell: "eu-9" is not known; use one of: eu-1, us-1, ca-1, ap-2, ap-3/],
    [{ stage: 'test', cell: 'us-1' }, /cell: "us-1" is not known; use one of: eu-1/],
    [{ stage: 'prod', cell: 'toString' }, /cell: "toString" is not known/],
    [{ stage: 'test', cell: 'eu-1' }, /api\.baseURL: is required/],
  ])('resistantDocuments rejects %j and lists the known values', (location, message) => {
    const make = (): ProviderConfig =>
      resistantDocuments({ ...credentials, ...(location as ResistantDocumentsOptions) });

    expect(make).toThrow(
      expect.objectContaining({ code: 'invalid_configuration', message: expect.stringMatching(message) }),
    );
  });

  it('fuuffy rejects an unknown environment', () => {
    expect(() => fuuffy({ environment: 'staging' as 'testing', ...credentials })).toThrow(
      /use one of: production, testing/,
    );
  });

  it('lets given options override its own, and keeps the rest', () => {
    const config = fuuffy({
      environment: 'testing',
      ...credentials,
      scope: 'orders',
      api: { timeout: 5000 },
      dialect: { headers: { 'x-partner': '7' }, response: { scope: 'data.rights' } },
    });

    expect(config).toMatchObject({
      scope: 'orders',
      api: { baseURL: 'https://testing-api-gateway.fuuffy.com/v1', timeout: 5000 },
      dialect: {
        grantType: null,
        headers: { 'x-partner': '7' },
        response: { accessToken: 'data.access_token', scope: 'data.rights' },
      },
    });
  });

  it('returns a plain config that is printed without its secrets', () => {
    const config = signeasy({ ...credentials, dialect: { headers: { 'x-key': 'header-secret' } } });

    expect(inspect(config, { depth: 9 })).toContain('[not shown]');
    expect(inspect(config, { depth: 9 })).not.toMatch(/s%cret|header-secret/);
    expect({ ...config }).toMatchObject(credentials);
  });

  it('resistantDocuments can be used for two cells in one process, each with its own token', async () => {
    await using eu = await startAuthorizationServer({ dialect: { basicCredentials: 'raw' } });
    await using us = await startAuthorizationServer({ dialect: { basicCredentials: 'raw' } });
    const providers = Object.fromEntries(
      (
        [
          ['eu-1', eu],
          ['us-1', us],
        ] as const
      ).map(([cell, server]) => [
        cell,
        resistantDocuments({
          stage: 'prod',
          cell,
          clientId: 'client',
          clientSecret: 'secret',
          tokenUrl: server.tokenUrl,
          api: { baseURL: server.apiUrl },
        }),
      ]),
    );
    const tokens = new TokenManager({ providers });
    const calls = Object.entries(providers).map(([cell, { api }]) => {
      const http = axios.create(api);
      authorizeAxios(http, tokens.source(cell));
      return http.get('/v2/submission/1/fraud');
    });

    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200]);
    expect([eu, us].map(({ apiRequests, issued }) => apiRequests[0]?.token === issued[0]?.value)).toEqual([
      true,
      true,
    ]);
    await tokens.close();
  });
});
