import type { IncomingMessage } from 'node:http';
import { Agent } from 'node:https';
import axios, { type AxiosRequestConfig } from 'axios';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { authorizeAxios, TokenManager, type ProviderConfig } from 'nestjs-client-credentials/core';
import { CertificateAuthority, type Identity } from './support/certificate-authority.js';
import { startConnectProxy, type ConnectProxy } from './support/connect-proxy.js';
import { listen } from './support/listen.js';

const SECRET = 'a-secret-nobody-may-see';

let authority: CertificateAuthority;
let identity: Identity;

beforeAll(async () => {
  authority = await CertificateAuthority.found();
  identity = await authority.issueServer();
});

afterEach(() => {
  for (const name of ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY']) delete process.env[name];
});

/** How an application names its proxy. */
const ways: [string, (proxy: ConnectProxy) => AxiosRequestConfig][] = [
  ['config.proxy', ({ port }) => ({ proxy: { protocol: 'http', host: '127.0.0.1', port } })],
  [
    'config.proxy with a password',
    ({ port }) => ({ proxy: { host: '127.0.0.1', port, auth: { username: 'me', password: 'mine' } } }),
  ],
  ['HTTPS_PROXY', ({ url }) => ((process.env['HTTPS_PROXY'] = url), {})],
  ['https_proxy', ({ url }) => ((process.env['https_proxy'] = url), {})],
];

interface Proxied extends AsyncDisposable {
  readonly proxy: ConnectProxy;
  /** Requests that arrived at the token endpoint and the API, with the header that authorizes them. */
  readonly arrived: string[];
  readonly url: string;
  readonly trusted: Agent;
}

async function openProxied(): Promise<Proxied> {
  const proxy = await startConnectProxy();
  const arrived: string[] = [];
  const { url, close } = await listen((request: IncomingMessage, response) => {
    arrived.push(`${request.url} ${request.headers.authorization?.split(' ')[0]}`);
    request.resume();
    if (request.url === '/moved') return void response.writeHead(307, { location: '/me' }).end();
    return void response.end(JSON.stringify({ access_token: 'the-token', expires_in: 3600 }));
  }, identity);
  return {
    proxy,
    arrived,
    url,
    trusted: new Agent({ ca: authority.cert }),
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await close();
    },
  };
}

function deskAt({ url, trusted }: Proxied, connection: AxiosRequestConfig): ProviderConfig {
  return {
    tokenUrl: `${url}/token`,
    clientId: 'desk',
    clientSecret: SECRET,
    api: { baseURL: url },
    tokenRequest: { attempts: 2, axios: { httpsAgent: trusted, ...connection } },
  };
}

/** The error that a call or a token request came to; `undefined` where it was answered. */
function endOf(sent: Promise<unknown>): Promise<Error | undefined> {
  return sent.then(
    () => undefined,
    (error: Error) => error,
  );
}

/** What became of a request: whether the proxy could read it, made a tunnel for it, or was not asked because it would have read it. */
function fateOf(end: Error | undefined, { proxy, arrived }: Proxied): string {
  if (proxy.asked.some((line) => / https:/.test(line))) return 'sent in the clear';
  // Within the tunnel axios 1.16 does not trust the authority of the agent; what matters here is that it is one.
  if (proxy.asked.length > 0) return 'tunnelled';
  const says = end?.message ?? '';
  const isAdvice = ['httpsAgent', 'proxy', 'axios 1.16.1'].every((word) => says.includes(word));
  const isRefused = end !== undefined && 'code' in end && end.code === 'invalid_configuration' && isAdvice;
  return isRefused && arrived.length === 0 && !says.includes(SECRET) ? 'refused with advice' : says;
}

const EXPECTED = axios.VERSION === '1.12.0' ? 'refused with advice' : 'tunnelled';

describe.each(ways)('an https request that goes through a proxy by %s', (_, way) => {
  it('for a token is tunnelled, or refused with what to do', async () => {
    await using proxied = await openProxied();
    const tokens = new TokenManager({ providers: { desk: deskAt(proxied, way(proxied.proxy)) } });

    const end = await endOf(tokens.source('desk').getToken());

    expect(fateOf(end, proxied)).toBe(EXPECTED);
  });

  it('for metadata is tunnelled, or refused with what to do', async () => {
    await using proxied = await openProxied();
    const { tokenUrl: _tokenUrl, ...desk } = deskAt(proxied, way(proxied.proxy));
    const tokens = new TokenManager({ providers: { desk: { ...desk, issuer: proxied.url } } });

    const end = await endOf(tokens.source('desk').getToken());

    expect(fateOf(end, proxied)).toBe(EXPECTED);
  });

  it.each([
    ['follows redirects', {}],
    ['follows none', { maxRedirects: 0 }],
  ])('to the API that %s is tunnelled, or refused with what to do', async (_name, config) => {
    await using proxied = await openProxied();
    const source = { getToken: async () => ({ value: 'the-token', authorization: 'Bearer the-token' }) };
    const http = axios.create({ baseURL: proxied.url, httpsAgent: proxied.trusted, ...way(proxied.proxy) });
    authorizeAxios(http, source);

    const end = await endOf(http.get('/me', config));

    expect(fateOf(end, proxied)).toBe(EXPECTED);
  });
});

describe.each(ways)('an https address that a redirect leads to, through a proxy by %s', (_, way) => {
  it.each([1, 2])('is tunnelled, or refused with what to do (%i sources attached)', async (attachments) => {
    await using proxied = await openProxied();
    const start = await listen((_request, response) => {
      response.writeHead(302, { location: `${proxied.url}/me` }).end();
    });
    const source = { getToken: async () => ({ value: 'the-token', authorization: 'Bearer the-token' }) };
    const http = axios.create({ baseURL: start.url, httpsAgent: proxied.trusted, ...way(proxied.proxy) });
    process.env['NO_PROXY'] = new URL(start.url).host;
    const allowedOrigins = [start.url, proxied.url];
    for (let count = 0; count < attachments; count += 1) authorizeAxios(http, source, { allowedOrigins });

    const end = await endOf(http.get('/go'));

    expect(fateOf(end, proxied)).not.toBe('sent in the clear');
    await start.close();
  });
});

function tunnelOf({ url }: ConnectProxy, ca: string): HttpsProxyAgent<string> {
  const agent = new HttpsProxyAgent(url);
  // The agent takes them for the request, not for the proxy.
  Object.assign(agent.options, { ca });
  return agent;
}

describe('an https request that needs no advice', () => {
  it.each([
    ['goes through the tunnel of an agent', tunnelOf],
    ['goes without a proxy', (_: ConnectProxy, ca: string) => new Agent({ ca, keepAlive: true })],
  ])('%s, where proxy is false, whatever the environment says', async (_, agentFor) => {
    await using proxied = await openProxied();
    process.env['HTTPS_PROXY'] = proxied.proxy.url;
    const connection = { proxy: false, httpsAgent: agentFor(proxied.proxy, authority.cert) } as const;
    const tokens = new TokenManager({ providers: { desk: deskAt(proxied, connection) } });
    const http = axios.create({ baseURL: proxied.url, ...connection });
    authorizeAxios(http, tokens.source('desk'));

    await http.get('/me');
    await http.get('/moved');

    expect(proxied.arrived).toEqual(['/token Basic', '/me Bearer', '/moved Bearer', '/me Bearer']);
    expect(proxied.proxy.asked.every((line) => line.startsWith('CONNECT '))).toBe(true);
  });
});
