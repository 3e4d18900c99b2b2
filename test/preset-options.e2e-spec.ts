import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import axios from 'axios';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { authorizeAxios, TokenManager, type ProviderConfig } from 'nestjs-client-credentials/core';
import * as presets from 'nestjs-client-credentials/providers';
import { PEM } from './providers/keys.js';
import { CREDENTIALS, ID } from './providers/provider-case.js';
import { Detour, type DetouredRequest } from './support/detour.js';

const ANSWER = { access_token: 'the-token', token_type: 'Bearer', expires_in: 3600 };

const PRESETS: ReadonlyMap<string, (options: never) => ProviderConfig> = new Map(Object.entries(presets));

/** A preset with options that the compiler would refuse. */
function make(name: string, options: object): () => unknown {
  const preset = PRESETS.get(name);
  if (preset === undefined) throw new Error(`There is no preset ${name}.`);
  return () => Reflect.apply(preset, undefined, [{ ...CREDENTIALS, ...options }]);
}

function managerOf(config: ProviderConfig, { agent }: Detour): TokenManager {
  const tokenRequest = { ...config.tokenRequest, axios: { httpsAgent: agent, proxy: false as const } };
  return new TokenManager({ providers: { it: { ...config, tokenRequest } } });
}

function keyFile(key: KeyObject, kid: string, email = 'robot@acme.iam.gserviceaccount.com'): string {
  const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  return JSON.stringify({
    type: 'service_account',
    client_email: email,
    private_key: pem,
    private_key_id: kid,
  });
}

async function inFolder(run: (file: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'presets-'));
  try {
    await run(join(folder, 'key.json'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('a preset', () => {
  it.each([
    [
      'entraId',
      { tenant: 't', cloud: 'mars' },
      'cloud: "mars" is not known; use one of: global, usGovernment, china',
    ],
    ['entraId', { tenant: '' }, 'tenant: is required'],
    ['entraId', { tenant: '..' }, 'tenant: must not be dots alone'],
    ['entraId', { tenant: 't', scope: 'User.Read' }, 'scope: "User.Read" must end with /.default'],
    ['entraId', { tenant: 't', privateKey: { key: PEM } }, 'signingCertificate: is needed for privateKey'],
    [
      'entraId',
      { tenant: 't', privateKey: { key: PEM }, signingCertificate: 'no-such.pem' },
      'signingCertificate: must be a certificate in PEM',
    ],
    ['auth0', { domain: 'acme.auth0.com' }, 'audience: is required'],
    ['auth0', { domain: 'acme.auth0.com/path', audience: 'a' }, 'domain: must be a host name'],
    ['auth0', { domain: 'http://acme.auth0.com', audience: 'a' }, 'domain: must be a host name'],
    ['okta', { domain: 'acme okta' }, 'domain: must be a host name'],
    ['keycloak', { realm: 'acme' }, 'baseUrl: is required'],
    ['cognito', { prefix: 'acme' }, 'domain: is required, or prefix and region'],
    ['cognito', { prefix: 'acme.evil/', region: 'eu' }, 'prefix: must be letters, digits and hyphens'],
    [
      'pingIdentity',
      { region: 'us', environmentId: 'e' },
      'region: "us" is not known; use one of: na, ca, eu, au, sg, ap',
    ],
    ['googleServiceAccount', {}, 'keyFile: is required, or credentials'],
    ['googleServiceAccount', { keyFile: 'no-such.json' }, 'keyFile: the file no-such.json cannot be read'],
    [
      'googleServiceAccount',
      { credentials: { client_email: 'x' } },
      'credentials: must be the JSON key of a service account',
    ],
    ['salesforce', { domain: 'a.my.salesforce.com', environment: 'x' }, 'use one of: production, sandbox'],
    ['zoom', {}, 'accountId: is required'],
    ['paypal', { environment: 'test' }, 'use one of: sandbox, live'],
    ['serviceNow', { instance: 'acme.service-now.com' }, 'instance: must be letters, digits and hyphens'],
    ['docusign', { environment: 'test' }, 'use one of: demo, production'],
    ['docusign', { environment: 'demo' }, 'subject: is required'],
    ['ebay', { environment: 'test' }, 'use one of: sandbox, production'],
    ['amazonSellingPartner', { region: 'us' }, 'region: "us" is not known; use one of: na, eu, fe'],
    [
      'ups',
      { environment: 'toString' },
      'environment: "toString" is not known; use one of: testing, production',
    ],
    ['fedex', { environment: 'test' }, 'use one of: sandbox, production'],
    ['dynatrace', {}, 'account: is required'],
    ['genesysCloud', { region: 'eu' }, 'region: "eu" is not known; use one of: us-east-1, us-east-2'],
    ['netsuite', { account: 'a/b' }, 'account: must be letters, digits and hyphens'],
    ['netsuite', { account: '1', scope: 'restlets' }, 'certificateId: is required'],
    ['netsuite', { account: '1', certificateId: 'c' }, 'scope: is required'],
  ] as const)('%s refuses %j', (name, options, message) => {
    expect(make(name, options)).toThrow(
      expect.objectContaining({
        code: 'invalid_configuration',
        provider: name,
        message: expect.stringContaining(message),
      }),
    );
  });

  it('of SAP refuses a service key without a credential', () => {
    const credentials = { clientid: ID, url: 'https://a.authentication.eu10.hana.ondemand.com' };

    expect(() => presets.sapXsuaa({ credentials })).toThrow(
      /credentials: must have clientsecret, or certurl/,
    );
  });

  it('of Okta’s own server needs a key', () => {
    const config = presets.okta({ domain: 'acme.okta.com', clientId: ID, scope: 'okta.users.read' });

    expect(() => new TokenManager({ providers: { okta: config } })).toThrow(
      /privateKey: is needed for private_key_jwt/,
    );
  });

  it('lets any option override its own', () => {
    const config = presets.paypal({
      environment: 'live',
      ...CREDENTIALS,
      clientAuthentication: 'client_secret_post',
      tokenUrl: 'https://proxy.acme.example/token',
      api: { timeout: 5000 },
    });

    expect(config).toMatchObject({
      clientAuthentication: 'client_secret_post',
      tokenUrl: 'https://proxy.acme.example/token',
      api: { baseURL: 'https://api-m.paypal.com', timeout: 5000 },
    });
  });

  it.each([
    ['a secret', presets.zoom({ accountId: 'a', ...CREDENTIALS })],
    ['a key', presets.okta({ domain: 'acme.okta.com', clientId: ID, privateKey: { key: PEM } })],
  ])('with %s is printed without it', (_, config) => {
    expect(inspect(config, { depth: 9 })).toContain('[not shown]');
    expect(inspect(config, { depth: 9 })).not.toMatch(/s3cr|BEGIN/);
  });
});

describe('the key file of a Google service account', () => {
  const [old, next] = [1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }));
  if (old === undefined || next === undefined) throw new Error('There are two keys.');

  it('is read for each token request, so that a new key is used', async () => {
    await inFolder(async (file) => {
      const assertions: string[] = [];
      await using detour = await Detour.open(({ body }) => {
        assertions.push(new URLSearchParams(body).get('assertion') ?? '');
        return { status: 200, body: ANSWER };
      });
      await writeFile(file, keyFile(old.privateKey, 'old'));
      const tokens = managerOf(presets.googleServiceAccount({ keyFile: file, scope: 'openid' }), detour);

      await tokens.source('it').getToken();
      await writeFile(file, keyFile(next.privateKey, 'next'));
      await tokens.source('it').getToken({ forceRefresh: true });
      await tokens.close();

      const [first = '', second = ''] = assertions;
      expect([first, second].map((jwt) => decodeProtectedHeader(jwt).kid)).toEqual(['old', 'next']);
      await expect(jwtVerify(first, old.publicKey)).resolves.toBeDefined();
      await expect(jwtVerify(second, next.publicKey)).resolves.toBeDefined();
    });
  });

  it('of another account is refused', async () => {
    await inFolder(async (file) => {
      await using detour = await Detour.open(() => ({ status: 200, body: ANSWER }));
      await writeFile(file, keyFile(old.privateKey, 'old'));
      const tokens = managerOf(presets.googleServiceAccount({ keyFile: file, scope: 'openid' }), detour);

      await writeFile(file, keyFile(next.privateKey, 'next', 'other@acme.iam.gserviceaccount.com'));
      const token = tokens.source('it').getToken();

      await expect(token).rejects.toMatchObject({
        code: 'invalid_configuration',
        message: expect.stringContaining('another service account'),
      });
      await tokens.close();
    });
  });

  it('that is no JSON is refused, and nothing of it is shown', async () => {
    await inFolder(async (file) => {
      await writeFile(file, 'not-json-but-secret');

      expect(() => presets.googleServiceAccount({ keyFile: file })).toThrow(
        expect.objectContaining({
          message: expect.not.stringContaining('not-json-but-secret'),
          code: 'invalid_configuration',
        }),
      );
    });
  });

  it('may ask for another scope in a call', async () => {
    const bodies: DetouredRequest[] = [];
    await using detour = await Detour.open((request) => {
      bodies.push(request);
      return { status: 200, body: ANSWER };
    });
    const credentials = { client_email: 'robot@acme.example', private_key: PEM };
    const tokens = managerOf(presets.googleServiceAccount({ credentials, scope: 'openid' }), detour);

    await tokens.source('it').getToken({ scope: ['a', 'b'] });
    await tokens.close();

    const form = new URLSearchParams(bodies[0]?.body);
    const payload = Buffer.from(form.get('assertion')?.split('.')[1] ?? '', 'base64url').toString();
    expect(form.has('scope')).toBe(false);
    expect(JSON.parse(payload)).toMatchObject({ scope: 'a b', aud: 'https://oauth2.googleapis.com/token' });
  });
});

describe('a refusal of Amazon’s Selling Partner API', () => {
  it.each([
    ['an ended token', 'The access token you provided has expired.', 2],
    ['a missing role', '', 1],
  ])('because of %s costs the right number of tokens', async (_, details, expected) => {
    let [tokenRequests, calls] = [0, 0];
    await using detour = await Detour.open(({ method }) => {
      if (method === 'POST') {
        tokenRequests += 1;
        return { status: 200, body: { ...ANSWER, access_token: `token-${tokenRequests}` } };
      }
      calls += 1;
      const error = { code: 'Unauthorized', message: 'Access to requested resource is denied.', details };
      return calls === 1 ? { status: 403, body: { errors: [error] } } : { status: 200, body: {} };
    });
    const config = presets.amazonSellingPartner({
      region: 'na',
      ...CREDENTIALS,
      scope: 'sellingpartnerapi::notifications',
    });
    const tokens = managerOf(config, detour);
    const http = axios.create({
      ...config.api,
      httpsAgent: detour.agent,
      proxy: false,
      validateStatus: () => true,
    });
    authorizeAxios(http, tokens.source('it'));

    const { status } = await http.get('/notifications/v1/destinations');
    await tokens.close();

    expect([tokenRequests, calls, status]).toEqual([expected, expected, expected === 2 ? 200 : 403]);
  });
});
