import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import axios from 'axios';
import { build } from 'esbuild';
import { jwtVerify, type JWTVerifyResult } from 'jose';
import {
  authorizeAxios,
  TokenManager,
  type ClientCredentialsError,
  type ProviderConfig,
} from 'nestjs-client-credentials/core';
import * as presets from 'nestjs-client-credentials/providers';
import { CATALOGUE, presetOf } from './providers/catalogue.js';
import { KEY } from './providers/keys.js';
import type { ProviderCase } from './providers/provider-case.js';
import { compileLibrary } from './support/compiled-library.js';
import { Detour, type DetouredRequest } from './support/detour.js';

const JWT = /(?<=(?:client_)?assertion=)[\w-]+\.[\w-]+\.[\w-]+(?=$|&)/;

/** The token request that the provider documents; the JWT is compared by what is in it. */
function documented({ request }: ProviderCase): DetouredRequest {
  const form = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', url: request.url, headers: { ...form, ...request.headers }, body: request.body };
}

function comparable(request: DetouredRequest, provider: ProviderCase): DetouredRequest {
  return provider.request.assertion === undefined
    ? request
    : { ...request, body: request.body.replace(JWT, '{jwt}') };
}

/** A provider that answers what it documents, and refuses every other token request. */
async function openProvider(
  provider: ProviderCase,
  answer: { status: number; body: object },
): Promise<Detour & { requests: DetouredRequest[]; calls: DetouredRequest[] }> {
  const requests: DetouredRequest[] = [];
  const calls: DetouredRequest[] = [];
  const detour = await Detour.open((request) => {
    if (request.method === 'GET') {
      calls.push(request);
      return { status: request.url === provider.call.url ? 200 : 404, body: {} };
    }
    requests.push(request);
    const isDocumented = isDeepStrictEqual(comparable(request, provider), documented(provider));
    return isDocumented ? answer : { status: 400, body: { error: 'not_as_documented' } };
  });
  return Object.assign(detour, { requests, calls });
}

function managerOf(config: ProviderConfig, { agent }: Detour): TokenManager {
  const tokenRequest = { ...config.tokenRequest, axios: { httpsAgent: agent, proxy: false as const } };
  return new TokenManager({ providers: { it: { ...config, tokenRequest } } });
}

async function assertionIn({ body }: DetouredRequest): Promise<JWTVerifyResult> {
  return jwtVerify(JWT.exec(body)?.[0] ?? '', KEY.publicKey);
}

describe.each(CATALOGUE.map((provider) => [provider.title, provider] as const))('%s', (_, provider) => {
  it('asks for a token as documented, and calls the API with it', async () => {
    await using detour = await openProvider(provider, { status: 200, body: provider.answer });
    const config = provider.config();
    const tokens = managerOf(config, detour);
    const http = axios.create({ ...config.api, httpsAgent: detour.agent, proxy: false });
    authorizeAxios(http, tokens.source('it'));

    const token = await tokens.source('it').getToken();
    await http.get(provider.call.path);
    await tokens.close();

    expect(detour.requests.map((request) => comparable(request, provider))).toEqual([documented(provider)]);
    expect(token.value).toBe('the-token');
    expect(Math.round((token.expiresAt - token.obtainedAt) / 1000)).toBe(provider.lifetimeSeconds);
    const [call] = detour.calls;
    expect(call?.url).toBe(provider.call.url);
    const { accept, ...headers } = call?.headers ?? {};
    expect(headers).toEqual(provider.call.headers);
    expect(accept).toContain('application/json');
  });

  const { assertion } = provider.request;
  if (assertion !== undefined) {
    it('signs a JWT with the documented header and claims', async () => {
      await using detour = await openProvider(provider, { status: 200, body: provider.answer });
      const tokens = managerOf(provider.config(), detour);

      await tokens.source('it').getToken();
      await tokens.close();

      const { payload, protectedHeader } = await assertionIn(detour.requests[0] as DetouredRequest);
      const { iat, exp, jti, ...claims } = payload;
      expect(protectedHeader).toEqual(assertion.header);
      expect(claims).toEqual(assertion.claims);
      expect([Number(exp) - Number(iat), typeof jti]).toEqual([assertion.lifetimeSeconds, 'string']);
    });
  }

  it('says what its error means', async () => {
    const { status, body, oauthError, message } = provider.error;
    await using detour = await openProvider(provider, { status, body });
    const tokens = managerOf(provider.config(), detour);

    const failure: unknown = await tokens
      .source('it')
      .getToken()
      .catch((error: unknown) => error);
    await tokens.close();

    expect(failure).toMatchObject({
      code: 'token_request_rejected',
      endpointStatus: status,
      message: expect.stringMatching(message),
    });
    expect((failure as ClientCredentialsError).oauthError).toBe(oauthError);
    expect(detour.requests.map((request) => comparable(request, provider))).toEqual([documented(provider)]);
  });
});

describe('the catalogue', () => {
  const names = Object.keys(presets);

  it('has a case for each preset', () => {
    const tested = new Set(CATALOGUE.map(presetOf));

    expect(names.filter((name) => !tested.has(name))).toEqual([]);
  });

  it.each([
    ['a preset', `export { fyma } from './providers/index.js';`],
    ['the library', `export { TokenManager } from './core/index.js';`],
  ])('adds nothing of other presets to a bundle that imports %s', async (_, contents) => {
    await using library = await compileLibrary('bundled');
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: library.directory },
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      packages: 'external',
    });
    const text = outputFiles[0]?.text ?? '';

    expect(text.length).toBeGreaterThan(100);
    expect(text).not.toMatch(/microsoftonline|salesforce|amazoncognito|oauth2\.googleapis/);
  });
});
