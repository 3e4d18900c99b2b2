import { generateKeyPairSync } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import type { IncomingMessage, RequestListener } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as presets from 'nestjs-client-credentials/providers';
import {
  startAuthorizationServer,
  type AuthorizationServer,
  type AuthorizationServerOptions,
} from 'nestjs-client-credentials/testing';
import { DESK, Doctor, grant, type Outcome, type Run } from './support/doctor.js';
import { listen } from './support/listen.js';

const { id: ID, secret: SECRET, token: TOKEN } = DESK;
const WRONG_SECRET = 'wrong-s3cr+et"é';

let doctor: Doctor;

beforeAll(async () => {
  doctor = await Doctor.start();
});

afterAll(async () => {
  await doctor[Symbol.asyncDispose]();
});

function startServer(options: AuthorizationServerOptions = {}): Promise<AuthorizationServer> {
  return startAuthorizationServer({
    clientId: ID,
    clientSecret: SECRET,
    newToken: (issue) => `${TOKEN}-${issue}`,
    ...options,
  });
}

function examine(tokenUrl: string, args: string[] = [], run: Run = {}): Promise<Outcome> {
  return doctor.examine(tokenUrl, args, run);
}

/** Answers with a clock that is ten minutes ahead. */
const grantAhead: RequestListener = (request, response) => {
  response.sendDate = false;
  response.setHeader('date', new Date(Date.now() + 600_000).toUTCString());
  grant(request, response);
};

/** A module with one provider that signs assertions. */
function moduleWithKey(tokenUrl: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  return `export default { providers: { signing: ${JSON.stringify({ tokenUrl, clientId: ID, privateKey: { key } })} } };`;
}

describe('the doctor', () => {
  it('says step by step that all is well, and asks each endpoint once', async () => {
    await using server = await startServer();

    const outcome = await examine(server.tokenUrl, ['--scope', 'a b', '--call', `${server.apiUrl}/me`]);

    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.steps).toEqual(['✓ configuration', '✓ host', '✓ token', '✓ clock', '✓ call']);
    expect(outcome.stdout).toMatch(
      /^✓ token +client_secret_basic, \d+ ms, lives 3600 s; scopes asked: a b; granted: a b$/m,
    );
    expect(server.tokenRequests).toHaveLength(1);
    expect(server.apiRequests.map(({ path }) => path)).toEqual(['/me']);
  });

  it('reports the same steps as one JSON document', async () => {
    await using server = await startServer();

    const outcome = await examine(server.tokenUrl, ['--json', '--call', `${server.apiUrl}/me`]);

    const { ok, providers } = outcome.report;
    expect(ok).toBe(true);
    expect(providers).toHaveLength(1);
    expect(providers[0]?.steps.map(({ step, status }) => [step, status])).toEqual([
      ['configuration', 'ok'],
      ['host', 'ok'],
      ['token', 'ok'],
      ['clock', 'ok'],
      ['call', 'ok'],
    ]);
    expect(providers[0]?.steps[2]).toMatchObject({
      method: 'client_secret_basic',
      lifetimeSeconds: 3600,
      scopesAsked: [],
    });
    expect(outcome.stderr).toBe('');
  });

  it('finds the token endpoint by the issuer’s metadata, which are asked for once', async () => {
    const paths: string[] = [];
    await using server = await startServer();
    const issuer = await listen((request, response) => {
      paths.push(request.url ?? '');
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ issuer: issuer.url, token_endpoint: server.tokenUrl }));
    });

    const outcome = await doctor.run(['doctor', '--issuer', issuer.url, '--client-id', ID], {
      env: { CLIENT_SECRET: SECRET },
    });

    await issuer.close();
    expect(outcome.steps).toEqual(['✓ configuration', '✓ host', '✓ discovery', '✓ token', '✓ clock']);
    expect(outcome.stdout).toContain(`the token endpoint is ${server.tokenUrl}`);
    expect(paths).toEqual(['/.well-known/openid-configuration']);
    expect(server.tokenRequests).toHaveLength(1);
  });

  it('names the issuer where there are no metadata', async () => {
    const issuer = await listen((_, response) => void response.writeHead(404).end());

    const outcome = await doctor.run(['doctor', '--issuer', issuer.url, '--client-id', ID], {
      env: { CLIENT_SECRET: SECRET },
    });

    await issuer.close();
    expect(outcome.code).toBe(1);
    expect(outcome.firstFailure).toMatch(/^✗ discovery .*check issuer, or set tokenUrl/);
    expect(outcome.stdout).not.toContain('token  ');
  });

  it('sends only the first of several secrets, and says so', async () => {
    await using server = await startServer();
    const options = {
      providers: { desk: { ...server.providerConfig, clientSecret: [WRONG_SECRET, SECRET] } },
    };
    const file = await doctor.write('secrets.json', JSON.stringify(options));

    const outcome = await doctor.run(['doctor', '--config', file]);

    expect(outcome.firstFailure).toMatch(/^✗ token .*Only the first of the 2 secrets/);
    expect(server.tokenRequests).toHaveLength(1);
  });
});

describe('a mistake', () => {
  const TOKEN_ANSWERS = [
    ['a missing scope', { status: 400, body: { error: 'invalid_scope' } }, /✗ token .*Check scope \(a\)/],
    [
      'a wrong audience',
      { status: 400, body: { error: 'invalid_target' } },
      /✗ token .*Check resource and audience \(billing\)/,
    ],
    [
      'an HTML page',
      { status: 200, body: '<html><title>Sign in</title></html>' },
      /✗ token .*HTML page.*tokenUrl/,
    ],
    [
      'a rate limit',
      { status: 429, headers: { 'retry-after': '60' } },
      /✗ token .*accepts no request before .*issuance/,
    ],
  ] as const;

  it.each(TOKEN_ANSWERS)('of %s is named by the token step', async (_, answer, expected) => {
    await using server = await startServer();
    server.tokenEndpoint.answerNext(1, answer);

    const outcome = await examine(server.tokenUrl, ['--scope', 'a', '--audience', 'billing']);

    expect(outcome.code).toBe(1);
    expect(outcome.firstFailure).toMatch(expected);
    expect(server.tokenRequests).toHaveLength(1);
  });

  it('of the host is named before anything is sent', async () => {
    const outcome = await examine('https://no-such-host.invalid/token');

    expect(outcome.code).toBe(1);
    expect(outcome.steps).toEqual(['✓ configuration', '✗ host']);
    expect(outcome.firstFailure).toMatch(/no-such-host\.invalid .*Check the host in tokenUrl/);
  });

  it('of the port is named before anything is sent', async () => {
    const { url, close } = await listen(grant);
    await close();

    const outcome = await examine(`${url}/token`);

    expect(outcome.firstFailure).toMatch(/✗ host .*refuses connections.*host and port in tokenUrl/);
  });

  it('of the path is named by the token step', async () => {
    await using server = await startServer({ tokenPath: '/oauth/token' });

    const outcome = await examine(new URL('/oauth/tokn', server.tokenUrl).href);

    expect(outcome.firstFailure).toMatch(/✗ token .*404.*Check tokenUrl/);
  });

  it('of the method of client authentication is named by the token step', async () => {
    await using server = await startServer({ clientAuthentication: 'client_secret_post' });

    const outcome = await examine(server.tokenUrl);

    expect(outcome.firstFailure).toMatch(/✗ token .*client_secret_post, set clientAuthentication/);
    expect(server.tokenRequests).toHaveLength(1);
  });

  it('of the secret is named by the token step', async () => {
    await using server = await startServer();

    const outcome = await examine(server.tokenUrl, [], { env: { CLIENT_SECRET: WRONG_SECRET } });

    expect(outcome.firstFailure).toMatch(/✗ token .*invalid_client.*Check clientId and clientSecret/);
    expect(server.tokenRequests).toHaveLength(1);
  });

  it('of a clock is a failure where assertions are signed', async () => {
    const server = await listen(grantAhead);
    const file = await doctor.write('signing.mjs', moduleWithKey(`${server.url}/token`));

    const outcome = await doctor.run(['doctor', '--config', file]);

    await server.close();
    expect(outcome.code).toBe(1);
    expect(outcome.firstFailure).toMatch(/✗ clock .*(599|60[01]) s behind the server’s.*Set the clock/);
  });

  it('of a clock is a warning where a secret is sent', async () => {
    const server = await listen(grantAhead);

    const outcome = await examine(`${server.url}/token`);

    await server.close();
    expect(outcome.code).toBe(0);
    expect(outcome.steps.at(-1)).toBe('⚠ clock');
  });

  it('of the scope of a call is named with what the API needs', async () => {
    await using server = await startServer();
    const challenge = 'Bearer error="insufficient_scope", scope="invoices.write"';
    server.api.answerNext(1, { status: 403, headers: { 'www-authenticate': challenge } });

    const outcome = await examine(server.tokenUrl, ['--scope', 'invoices.read', '--call', server.apiUrl]);

    expect(outcome.code).toBe(1);
    expect(outcome.firstFailure).toMatch(
      /✗ call .*403, insufficient_scope.*needs the scope "invoices\.write"; granted is "invoices\.read"/,
    );
  });

  it('of the audience of a call is named, and the call not sent again', async () => {
    await using server = await startServer();
    server.api.answerNext(Infinity, ({ token }, response) => {
      const description = `not for this API: ${token ?? ''} ${encodeURIComponent(SECRET)}`;
      const challenge = `Bearer error="invalid_token", error_description="${description}"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    });

    const outcome = await examine(server.tokenUrl, ['--audience', 'other', '--call', server.apiUrl]);

    expect(outcome.firstFailure).toMatch(
      /✗ call .*401, invalid_token, not for this API.*audience \(asked for: other\)/,
    );
    expect(server.apiRequests).toHaveLength(1);
    expect(server.tokenRequests).toHaveLength(1);
  });

  it('of the rights of a client is a warning where fewer scopes are granted', async () => {
    await using server = await startServer();
    const body = { access_token: TOKEN, token_type: 'Bearer', expires_in: 60, scope: 'a' };
    server.tokenEndpoint.answerNext(1, { body });

    const outcome = await examine(server.tokenUrl, ['--scope', 'a b']);

    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toMatch(
      /^⚠ token .*lives 60 s; scopes asked: a b; granted: a\. Not granted: b\. Check scope/m,
    );
  });

  it('of the address of a call keeps the token back', async () => {
    await using server = await startServer();
    const elsewhere: IncomingMessage[] = [];
    const other = await listen((request, response) => {
      elsewhere.push(request);
      response.end();
    });
    const file = await doctor.write(
      'api.json',
      JSON.stringify({ providers: { desk: server.providerConfig } }),
    );

    const outcome = await doctor.run(['doctor', '--config', file, '--call', `${other.url}/me`]);

    await other.close();
    expect(outcome.firstFailure).toMatch(/✗ call .*may not have the token.*allowedOrigins/);
    expect(elsewhere).toEqual([]);
  });

  it('of an option is named, and the other providers are examined', async () => {
    await using server = await startServer();
    const wrong = { ...server.providerConfig, clientId: '', scop: 'a' };
    const options = { providers: { wrong, right: server.providerConfig } };
    const file = await doctor.write('one-wrong.json', JSON.stringify(options));

    const outcome = await doctor.run(['doctor', '--config', file, '--json']);

    expect(outcome.code).toBe(1);
    const { ok, providers } = outcome.report;
    expect(ok).toBe(false);
    expect(providers.map(({ name, ok: isOk }) => [name, isOk])).toEqual([
      ['wrong', false],
      ['right', true],
    ]);
    expect(providers[0]?.steps).toMatchObject([
      { step: 'configuration', status: 'failed', message: expect.stringMatching(/clientId.*; .*scop/) },
    ]);
  });
});

describe('options', () => {
  const optionsOf = ({ providerConfig }: AuthorizationServer): string =>
    JSON.stringify({ providers: { desk: providerConfig } });

  it.each([
    ['default.mjs', (options: string) => `console.log('loaded'); export default ${options};`],
    ['named.mjs', (options: string) => `export const options = Promise.resolve(${options});`],
    ['function.js', (options: string) => `module.exports = async () => (${options});`],
    ['compiled.cjs', (options: string) => `exports.__esModule = true; exports.default = ${options};`],
    ['options.cjs', (options: string) => `setInterval(() => {}, 1000); exports.options = ${options};`],
    ['plain.json', (options: string) => options],
  ])('are read from %s', async (name, content) => {
    await using server = await startServer();
    const file = await doctor.write(name, content(optionsOf(server)));

    const outcome = await doctor.run(['doctor', '--config', file, '--json', '--provider', 'desk']);

    expect(outcome.report).toMatchObject({ ok: true, providers: [{ name: 'desk' }] });
    expect(outcome.code).toBe(0);
    expect(server.tokenRequests).toHaveLength(1);
  });

  it('in TypeScript are read where Node can, and are explained where it cannot', async () => {
    await using server = await startServer();
    const file = await doctor.write(
      'typed.ts',
      `const name: string = 'desk';\nexport default ${optionsOf(server)};`,
    );

    const outcome = await doctor.run(['doctor', '--config', file]);

    const canRead = Boolean((process.features as { typescript?: unknown }).typescript);
    expect(outcome.code).toBe(canRead ? 0 : 1);
    expect(outcome.stderr).toMatch(canRead ? '' : /does not read it\. Use Node 22\.18/);
  });

  it('in the environment of .env are read, but those of the environment win', async () => {
    await using server = await startServer();
    await doctor.write('.env', `CLIENT_ID=${ID}\nCLIENT_SECRET=${WRONG_SECRET.replaceAll('"', '')}\n`);

    const own = await doctor.run(['doctor', '--token-url', server.tokenUrl], {
      env: { CLIENT_SECRET: SECRET },
    });
    const ofFile = await doctor.run(['doctor', '--token-url', server.tokenUrl]);

    await doctor.write('.env', '');
    expect(own.code).toBe(0);
    expect(ofFile.firstFailure).toMatch(/✗ token .*clientSecret/);
  });

  it('of one provider take the secret from standard input', async () => {
    await using server = await startServer();

    const outcome = await examine(server.tokenUrl, ['--secret-stdin'], {
      env: { CLIENT_SECRET: '' },
      input: `${SECRET}\n`,
    });

    expect(outcome.code).toBe(0);
  });

  it('of a preset are taken with another token endpoint', async () => {
    await using server = await startServer({
      clientAuthentication: 'client_secret_post',
      dialect: { requestEncoding: 'json' },
    });

    const outcome = await examine(server.tokenUrl, [
      '--preset',
      'fyma',
      '--call',
      `${server.apiUrl}/cameras`,
    ]);

    expect(outcome.code).toBe(0);
    expect(server.tokenRequests[0]?.parameters).toMatchObject({ audience: 'https://api.fyma.ai' });
    expect(server.apiRequests).toHaveLength(1);
  });

  it('that a preset needs beside are given with --set', async () => {
    const args = [
      'doctor',
      '--preset',
      'resistantDocuments',
      '--client-id',
      ID,
      '--set',
      'stage=prod',
      '--curl',
    ];

    const without = await doctor.run(args);
    const outcome = await doctor.run([...args, '--set', 'cell=us-1']);

    expect(without).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('cell') });
    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining('aus3tzuy12e5blAJi417') });
  });

  it('of a preset that authenticates by a key need no secret', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const key = await doctor.write('robot.pem', pem);
    const account = { client_email: 'robot@acme.example', private_key: pem };
    const keyFile = await doctor.write('robot.json', JSON.stringify(account));
    const env = { CLIENT_ID: '', CLIENT_SECRET: '' };

    const ofOkta = [
      '--scope',
      'okta.users.read',
      '--set',
      'domain=acme.okta.com',
      '--set',
      `privateKey.key=${key}`,
    ];
    const okta = await doctor.run(['doctor', '--preset', 'okta', '--client-id', ID, ...ofOkta, '--curl'], {
      env,
    });
    const google = await doctor.run(
      [
        'doctor',
        '--preset',
        'googleServiceAccount',
        '--scope',
        'openid',
        '--set',
        `keyFile=${keyFile}`,
        '--curl',
      ],
      { env },
    );

    expect(okta).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('https://acme.okta.com/oauth2/v1/token'),
    });
    expect(google).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('https://oauth2.googleapis.com/token'),
    });
  });

  it('with tenants need --tenant', async () => {
    await using server = await startServer();
    const file = await doctor.write(
      'tenants.mjs',
      `const { clientSecret, ...config } = ${JSON.stringify(server.providerConfig)};
       const tenants = (id) => id === 'acme' ? { clientSecret } : undefined;
       export default { providers: { each: { ...config, tenants } } };`,
    );

    const without = await doctor.run(['doctor', '--config', file]);
    const known = await doctor.run(['doctor', '--config', file, '--tenant', 'acme', '--call', '/me']);
    const unknown = await doctor.run(['doctor', '--config', file, '--tenant', 'other']);
    const printed = await doctor.run(['doctor', '--config', file, '--curl']);
    const printedFor = await doctor.run(['doctor', '--config', file, '--curl', '--tenant', 'other']);

    expect([without.code, without.steps]).toEqual([0, ['⚠ configuration']]);
    expect(without.stdout).toContain('--tenant');
    expect([known.code, known.steps.at(-1)]).toEqual([0, '✓ call']);
    expect(unknown.firstFailure).toMatch(/✗ configuration .*no tenant "other"/);
    expect(printed).toMatchObject({ code: 0, stdout: '# each: has tenants, name one with --tenant\n' });
    expect(printedFor).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('"other"') });
    expect(server.tokenRequests).toHaveLength(1);
  });
});

describe('wrong use', () => {
  it.each([
    ['a misspelt flag', ['doctor', '--client-iid', 'x'], /Did you mean --client-id\?/],
    ['a secret as a flag', ['doctor', '--client-secret', SECRET], /CLIENT_SECRET.*--secret-stdin/],
    ['a file that is not there', ['doctor', '--config', 'missing.mjs'], /no file missing\.mjs/],
    ['an unknown preset', ['doctor', '--preset', 'signeasi', '--client-id', 'x'], /Did you mean signeasy\?/],
    ['no secret', ['doctor', '--preset', 'fyma', '--client-id', 'x'], /CLIENT_SECRET.*--secret-stdin/],
  ])('by %s ends with 2', async (_, args, expected) => {
    const outcome = await doctor.run(args);

    expect(outcome).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(expected) });
  });

  it('by a provider that the options do not have ends with 2', async () => {
    const file = await doctor.write('names.json', JSON.stringify({ providers: { billing: {}, desk: {} } }));

    const outcome = await doctor.run(['doctor', '--config', file, '--provider', 'biling']);

    expect(outcome).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('billing, desk') });
  });

  it('by a file without JSON ends with 1, and shows nothing of it', async () => {
    const file = await doctor.write('broken.json', `{ "clientSecret": "${ID}-hidden"`);

    const outcome = await doctor.run(['doctor', '--config', file]);

    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('broken.json is no JSON') });
    expect(outcome.stderr).not.toContain('hidden');
  });

  it('by a .env that cannot be read ends with 2', async () => {
    const directory = join(doctor.directory, '.env');
    await rm(directory, { force: true });
    await mkdir(directory);

    const outcome = await doctor.run(['doctor', '--preset', 'fyma', '--client-id', 'x']);

    await rm(directory, { recursive: true });
    expect(outcome).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('The file .env') });
  });

  it('by a module that throws or has no options ends with 1, and shows no secret', async () => {
    const throwing = await doctor.write('throwing.mjs', 'throw new Error(`no ${process.env.VAULT_TOKEN}`);');
    const failing = await doctor.write(
      'failing.mjs',
      'export default () => Promise.reject(new Error(`no ${process.env.VAULT_TOKEN}`));',
    );
    const empty = await doctor.write('empty.mjs', 'export const nothing = 1;');

    const env = { VAULT_TOKEN: SECRET };
    const thrown = await doctor.run(['doctor', '--config', throwing], { env });
    const rejected = await doctor.run(['doctor', '--config', failing], { env });
    const without = await doctor.run(['doctor', '--config', empty]);

    for (const outcome of [thrown, rejected])
      expect(outcome).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('[redacted]') });
    expect(without).toMatchObject({ code: 1, stderr: expect.stringMatching(/exports no options/) });
  });

  it('is not to ask for help', async () => {
    const outcome = await doctor.run(['doctor', '--help']);

    expect(outcome).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('--secret-stdin') });
    const unknown = Object.keys(presets).filter((name) => !outcome.stdout.includes(name));
    expect(unknown).toEqual([]);
    expect(Math.max(...outcome.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  });
});

describe('the printed curl command', () => {
  const PLAIN_SECRET = 'plain-secret-0123';

  it.each([
    ['Basic', { clientAuthentication: 'client_secret_basic', clientSecret: PLAIN_SECRET }],
    ['a form', { clientAuthentication: 'client_secret_post' }],
    [
      'JSON',
      {
        clientAuthentication: 'client_secret_post',
        clientSecret: PLAIN_SECRET,
        dialect: { requestEncoding: 'json' },
      },
    ],
    ['a query', { clientAuthentication: 'client_secret_post', dialect: { method: 'GET' } }],
    ['raw Basic', { clientAuthentication: 'client_secret_basic', dialect: { basicCredentials: 'raw' } }],
    [
      'another scheme',
      {
        clientAuthentication: 'client_secret_basic',
        dialect: { basicCredentials: 'raw', basicScheme: 'Secret' },
      },
    ],
  ] as const)('sends the same request as the doctor, with %s', async (_, given) => {
    await using server = await startServer(given);
    const clientSecret = 'clientSecret' in given ? given.clientSecret : SECRET;
    const { providerConfig } = server;
    const headers = { 'x-api-key': 'key-of-the-header' };
    const config = {
      ...providerConfig,
      scope: ["it's", 'b'],
      parameters: { account_id: 'account-of-the-desk' },
      dialect: { ...providerConfig.dialect, headers },
    };
    const file = await doctor.write('curl.json', JSON.stringify({ providers: { desk: config } }));

    const printed = await doctor.run(['doctor', '--config', file, '--curl']);
    expect(server.tokenRequests).toHaveLength(0);
    await doctor.run(['doctor', '--config', file]);
    const answer = await doctor.shell(printed.stdout, {
      CLIENT_SECRET: clientSecret,
      PARAMETER_ACCOUNT_ID: 'account-of-the-desk',
      HEADER_X_API_KEY: 'key-of-the-header',
    });

    expect(printed).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('$CLIENT_SECRET') });
    expect(JSON.parse(answer)).toHaveProperty('access_token');
    const [byDoctor, byCurl] = server.tokenRequests.map(({ method, path, headers: sent, parameters }) => ({
      method,
      path: path.split('?')[0],
      parameters,
      authorization: sent['authorization'],
      contentType: sent['content-type'],
      accept: sent['accept'],
      key: sent['x-api-key'],
    }));
    expect(byCurl).toEqual(byDoctor);
  });

  it('has a variable with JSON for a parameter that is no text, and says what it leaves out', async () => {
    await using server = await startServer({ dialect: { requestEncoding: 'json' } });
    const file = await doctor.write(
      'json.mjs',
      `const desk = ${JSON.stringify(server.providerConfig)};
       export default { providers: {
         desk: { ...desk, clientSecret: '${PLAIN_SECRET}', parameters: { limits: { invoices: 7 } } },
         function: { ...desk, parameters: () => { throw new Error('called'); } },
       } };`,
    );
    server.clientSecret = PLAIN_SECRET;

    const desk = await doctor.run(['doctor', '--config', file, '--curl', '--provider', 'desk']);
    const other = await doctor.run(['doctor', '--config', file, '--curl', '--provider', 'function']);
    const env = { CLIENT_SECRET: PLAIN_SECRET, JSON_PARAMETER_LIMITS: '{"invoices":7}' };
    await doctor.shell(desk.stdout, env);

    expect(server.tokenRequests.map(({ parameters }) => parameters)).toMatchObject([
      { limits: { invoices: 7 } },
    ]);
    expect(other).toMatchObject({ code: 0, stdout: expect.stringContaining('# parameters is a function') });
  });

  it('has a variable for an assertion, a proof and the endpoint of an issuer', async () => {
    const client = ['--client-id', 'a desk', '--client-auth', 'client_secret_jwt', '--set', 'dpop=true'];

    const outcome = await doctor.run(['doctor', '--issuer', 'https://id.example.com', ...client, '--curl']);

    expect(outcome.code).toBe(0);
    expect(outcome.stdout).toMatch(/^# TOKEN_URL is .*\.well-known\/openid-configuration$/m);
    expect(outcome.stdout).toContain('curl "$TOKEN_URL"');
    expect(outcome.stdout).toContain('"client_assertion=$CLIENT_ASSERTION"');
    expect(outcome.stdout).toContain('"DPoP: $DPOP_PROOF"');
    expect(outcome.stdout).toContain("'client_id=a desk'");
  });

  it('has the grant of a service account as a variable', async () => {
    const file = await doctor.write(
      'robot.json',
      JSON.stringify({
        providers: {
          robot: {
            tokenUrl: 'https://id.example.com/token',
            clientId: 'robot',
            privateKey: { key: '/run/secrets/robot.pem' },
            grant: { type: 'jwt_bearer' },
            scope: 'read',
          },
        },
      }),
    );

    const { code, stdout } = await doctor.run(['doctor', '--config', file, '--curl']);

    expect(code).toBe(0);
    expect(stdout).toContain('Set ASSERTION first.');
    expect(stdout).toContain('grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer');
    expect(stdout).toContain('"assertion=$ASSERTION"');
    expect(stdout).not.toContain('client_id');
  });
});

describe('the output of all these runs', () => {
  it('shows no secret and no token, in any encoding', () => {
    const secrets = [SECRET, WRONG_SECRET, TOKEN, 'account-of-the-desk', 'key-of-the-header'];

    expect(doctor.outputs.length).toBeGreaterThan(0);
    expect(doctor.shown(secrets)).toEqual([]);
  });
});
