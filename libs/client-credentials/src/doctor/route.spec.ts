import { Agent as HttpAgent } from 'node:http';
import { Agent } from 'node:https';
import { describe, expect, it } from '@jest/globals';
import { proxyVariableOf, routeOf } from './route.js';

const URL_OF_TOKENS = new URL('https://id.example.com/token');

describe('the proxy of the environment', () => {
  it.each([
    [{}, undefined],
    [{ HTTPS_PROXY: '' }, undefined],
    [{ http_proxy: 'http://proxy' }, undefined],
    [{ HTTPS_PROXY: 'http://proxy' }, 'HTTPS_PROXY'],
    [{ https_proxy: 'http://proxy', HTTPS_PROXY: 'http://other' }, 'https_proxy'],
    [{ ALL_PROXY: 'http://proxy' }, 'ALL_PROXY'],
    [{ HTTPS_PROXY: 'http://proxy', NO_PROXY: '*' }, undefined],
    [{ HTTPS_PROXY: 'http://proxy', NO_PROXY: 'other.com, id.example.com' }, undefined],
    [{ HTTPS_PROXY: 'http://proxy', no_proxy: '.example.com' }, undefined],
    [{ HTTPS_PROXY: 'http://proxy', no_proxy: '*.example.com' }, undefined],
    [{ HTTPS_PROXY: 'http://proxy', no_proxy: 'example.com' }, 'HTTPS_PROXY'],
    [{ HTTPS_PROXY: 'http://proxy', no_proxy: 'id.example.com:443' }, undefined],
    [{ HTTPS_PROXY: 'http://proxy', no_proxy: 'id.example.com:8443' }, 'HTTPS_PROXY'],
  ])('of %j is that of the variable %s', (environment, expected) => {
    expect(proxyVariableOf(URL_OF_TOKENS, environment)).toBe(expected);
  });

  it('is excepted by the usual port of http too', () => {
    const environment = { http_proxy: 'http://proxy', no_proxy: 'id:80' };

    expect(proxyVariableOf(new URL('http://id/token'), environment)).toBeUndefined();
    expect(proxyVariableOf(new URL('http://id:8080/token'), environment)).toBe('http_proxy');
  });
});

describe('the route of a token request', () => {
  it('is direct with the options of an agent of Node', () => {
    const httpsAgent = new Agent({ ca: 'authority', servername: 'id' });

    const route = routeOf(URL_OF_TOKENS, { httpsAgent, proxy: false, family: 4 });

    expect(route).toMatchObject({
      kind: 'direct',
      options: { ca: 'authority', servername: 'id', family: 4 },
    });
  });

  it('is direct with the agent of the client certificate', () => {
    const agent = new Agent({ cert: 'certificate' });

    expect(routeOf(URL_OF_TOKENS, { proxy: false }, agent)).toMatchObject({
      options: { cert: 'certificate' },
    });
  });

  it('is direct with the agent of http, where the address is so', () => {
    const url = new URL('http://localhost/token');
    const httpAgent = new HttpAgent({ family: 6 });

    expect(routeOf(url, { httpAgent, proxy: false })).toMatchObject({
      kind: 'direct',
      options: { family: 6 },
    });
    expect(routeOf(url, { httpAgent: new TunnelAgent() })).toEqual({
      kind: 'indirect',
      through: 'tokenRequest.axios.httpAgent',
    });
  });

  it('is indirect with an agent that is no object, or that takes proxies from variables', () => {
    const ofVariables = new Agent();
    Reflect.set(Reflect.get(ofVariables, 'options') as object, 'proxyEnv', {});

    for (const httpsAgent of [ofVariables, true])
      expect(routeOf(URL_OF_TOKENS, { httpsAgent })).toEqual({
        kind: 'indirect',
        through: 'tokenRequest.axios.httpsAgent',
      });
  });

  class TunnelAgent extends HttpAgent {}

  it.each([
    [{ proxy: { host: 'proxy', port: 3128 } }, 'the proxy at proxy:3128'],
    [{ proxy: { host: 'proxy' } as never }, 'the proxy at proxy'],
    [{ httpsAgent: new TunnelAgent() }, 'tokenRequest.axios.httpsAgent'],
    [{ socketPath: '/run/proxy.sock' }, 'tokenRequest.axios.socketPath'],
    [{ adapter: 'fetch' as const }, 'tokenRequest.axios.adapter'],
  ])('is indirect with %o', (connection, through) => {
    expect(routeOf(URL_OF_TOKENS, connection)).toEqual({ kind: 'indirect', through });
  });
});
