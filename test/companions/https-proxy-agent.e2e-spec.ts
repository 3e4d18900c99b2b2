import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent } from 'node:https';
import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { authorizeAxios, TokenManager, type TokenSource } from 'nestjs-client-credentials/core';
import { CertificateAuthority, type Identity } from '../support/certificate-authority.js';
import { startConnectProxy, type ConnectProxy } from '../support/connect-proxy.js';
import { listen } from '../support/listen.js';
import { errorOf } from '../support/outcome.js';

let authority: CertificateAuthority;
let identity: Identity;

beforeAll(async () => {
  authority = await CertificateAuthority.found();
  identity = await authority.issueServer();
});

interface ProxiedDesk extends AsyncDisposable {
  readonly proxy: ConnectProxy;
  readonly source: TokenSource;
  readonly http: AxiosInstance;
  readonly tokenHost: string;
  readonly apiHost: string;
  readonly tokenRequests: string[];
  /** The bearers that the API got. */
  readonly bearers: (string | undefined)[];
  readonly revoked: Set<string>;
}

type Scheme = 'http' | 'https';

/** A token endpoint and an API that are reached through a proxy only, by these settings. */
async function openProxiedDesk(
  settings: (proxy: ConnectProxy) => AxiosRequestConfig,
  { scheme = 'https', attempts = 1 }: { scheme?: Scheme; attempts?: number } = {},
): Promise<ProxiedDesk> {
  const proxy = await startConnectProxy();
  const tls = scheme === 'https' ? identity : undefined;
  const tokenRequests: string[] = [];
  const bearers: (string | undefined)[] = [];
  const revoked = new Set<string>();
  const issue = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    tokenRequests.push(await textOf(request));
    const body = { access_token: `token-${tokenRequests.length}`, token_type: 'Bearer', expires_in: 3600 };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const endpoint = await listen((request, response) => void issue(request, response), tls);
  const api = await listen((request, response) => {
    const { authorization = '' } = request.headers;
    bearers.push(request.headers.authorization);
    request.resume();
    response.writeHead(revoked.has(authorization.replace('Bearer ', '')) ? 401 : 200).end('{}');
  }, tls);
  const way = settings(proxy);
  const desk = {
    tokenUrl: `${endpoint.url}/token`,
    clientId: 'desk',
    clientSecret: 'secret',
    api: { baseURL: api.url },
    tokenRequest: { attempts, axios: way },
  };
  const tokens = new TokenManager({ providers: { desk } });
  const source = tokens.source('desk');
  const http = axios.create({ ...way, baseURL: api.url });
  authorizeAxios(http, source);
  return {
    proxy,
    source,
    http,
    tokenHost: new URL(endpoint.url).host,
    apiHost: new URL(api.url).host,
    tokenRequests,
    bearers,
    revoked,
    async [Symbol.asyncDispose]() {
      await tokens.close();
      await proxy[Symbol.asyncDispose]();
      await endpoint.close();
      await api.close();
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const byAgent = (proxy: ConnectProxy): AxiosRequestConfig => {
  const httpsAgent = new HttpsProxyAgent(proxy.url);
  // The constructor's own options are for the connection to the proxy.
  Object.assign(httpsAgent.options, { ca: authority.cert });
  return { proxy: false, httpsAgent };
};

const byOption = (proxy: ConnectProxy): AxiosRequestConfig => ({
  proxy: { protocol: 'http', host: '127.0.0.1', port: proxy.port },
});

const byTunnelOfAxios = (proxy: ConnectProxy): AxiosRequestConfig => ({
  ...byOption(proxy),
  httpsAgent: new Agent({ ca: authority.cert }),
});

describe('https-proxy-agent', () => {
  it('takes the token request and the call through the proxy', async () => {
    await using desk = await openProxiedDesk(byAgent);

    const { status } = await desk.http.get('/a');

    expect(status).toBe(200);
    expect(desk.bearers).toEqual(['Bearer token-1']);
    expect(desk.proxy.asked).toEqual([`CONNECT ${desk.tokenHost}`, `CONNECT ${desk.apiHost}`]);
  });

  it('takes a replay and its token request through the proxy', async () => {
    await using desk = await openProxiedDesk(byAgent);
    desk.revoked.add('token-1');

    const { status } = await desk.http.post('/a', { n: 1 });

    expect(status).toBe(200);
    expect(desk.bearers).toEqual(['Bearer token-1', 'Bearer token-2']);
    expect(desk.proxy.asked.every((line) => line.startsWith('CONNECT '))).toBe(true);
  });

  it('leaves a 407 that answers the call itself to the caller, and the token as it is', async () => {
    await using desk = await openProxiedDesk(byAgent);
    await desk.source.getToken();
    desk.proxy.refusals = 1;

    const error = await errorOf(desk.http.get('/a'));

    expect(error).toMatchObject({ name: 'AxiosError', response: { status: 407 } });
    expect(desk.tokenRequests).toHaveLength(1);
  });
});

describe.each<[string, (proxy: ConnectProxy) => AxiosRequestConfig, Scheme]>([
  ['by https-proxy-agent', byAgent, 'https'],
  ['by the option proxy of axios, over a tunnel', byTunnelOfAxios, 'https'],
  ['by the option proxy of axios, in the clear', byOption, 'http'],
])('a proxy that asks for authentication, used %s', (_, settings, scheme) => {
  it('makes the token endpoint unavailable, and is named in the error', async () => {
    await using desk = await openProxiedDesk(settings, { scheme });
    desk.proxy.refusals = 1;

    const error = await errorOf(desk.source.getToken());

    expect(error).toMatchObject({ code: 'token_endpoint_unavailable', retryable: true });
    expect(error.message).toMatch(/\bproxy\b/i);
    expect(error.message).toContain('407');
    expect(error.message).not.toMatch(/scope|audience|dialect/);
    expect(desk.tokenRequests).toHaveLength(0);
  });

  it('is not held against the next call', async () => {
    await using desk = await openProxiedDesk(settings, { scheme });
    desk.proxy.refusals = 1;
    await errorOf(desk.source.getToken());

    const token = await desk.source.getToken();

    expect(token.value).toBe('token-1');
  });

  it('is asked again within the call where there are attempts left', async () => {
    await using desk = await openProxiedDesk(settings, { scheme, attempts: 2 });
    desk.proxy.refusals = 1;

    const token = await desk.source.getToken();

    expect(token.value).toBe('token-1');
    expect(desk.proxy.asked).toHaveLength(2);
  });
});

describe('a proxy that does not answer', () => {
  it('makes the token endpoint unavailable, and the error names its address', async () => {
    const gone = await startConnectProxy();
    await gone[Symbol.asyncDispose]();
    await using desk = await openProxiedDesk(() => byAgent(gone));

    const error = await errorOf(desk.source.getToken());

    expect(error).toMatchObject({ code: 'token_endpoint_unavailable' });
    expect(error.message).toContain(`127.0.0.1:${gone.port}`);
  });
});
