import { describe, expect, it } from '@jest/globals';
import axios, { type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import type { TokenRequest } from '../config/token-request.js';
import { NoToken } from '../http/axios/call-options.js';
import { derivedAxios } from './derived-axios.js';

/** A derived instance, and the configs that its adapter gets. */
function derive(request: TokenRequest): { api: AxiosInstance; sent: InternalAxiosRequestConfig[] } {
  const sent: InternalAxiosRequestConfig[] = [];
  const instance = axios.create({
    adapter: async (config) => {
      sent.push(config);
      return { data: '', status: 200, statusText: '', headers: {}, config };
    },
  });
  return { api: derivedAxios(instance, request), sent };
}

/** What axios takes, but does not declare. */
interface Callable {
  request(url: string, config: object): unknown;
}

describe('a derived axios instance', () => {
  it.each<[string, (api: AxiosInstance) => unknown, method: string, url: string]>([
    ['called with a config', (api) => api({ url: '/a', method: 'put' }), 'put', '/a'],
    ['called with an address', (api) => api('/a'), 'get', '/a'],
    ['called with an address and a config', (api) => api('/a', { method: 'delete' }), 'delete', '/a'],
    ['request() with a config', (api) => api.request({ url: '/a' }), 'get', '/a'],
    [
      'request() with an address',
      (api) => (api as unknown as Callable).request('/a', { method: 'patch' }),
      'patch',
      '/a',
    ],
    ['get()', (api) => api.get('/a'), 'get', '/a'],
    ['head() with a config', (api) => api.head('/a', {}), 'head', '/a'],
    ['post() without a body', (api) => api.post('/a'), 'post', '/a'],
    ['patchForm() with a body', (api) => api.patchForm('/a', { b: 1 }), 'patch', '/a'],
  ])('adds its request to %s', async (_, call, method, url) => {
    const { api, sent } = derive({ scope: 'derived' });

    await call(api);

    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ method, url, clientCredentials: { scope: 'derived' } });
  });

  it('leaves what is no call as it is', () => {
    const { api } = derive({ scope: 'derived' });

    expect(api.defaults.adapter).toBeInstanceOf(Function);
    expect(api.getUri({ url: '/a', params: { b: 1 } })).toBe('/a?b=1');
    expect(Reflect.get(api, 'nothing')).toBeUndefined();
  });

  it('lets the call’s own request win, and merges the rest', async () => {
    const { api, sent } = derive({ scope: 'derived', audience: 'x' });
    const config = { clientCredentials: { scope: 'own' }, timeout: 7 };

    await api.get('/a', config);

    expect(sent[0]).toMatchObject({ timeout: 7, clientCredentials: { scope: 'own', audience: 'x' } });
    expect(config).toEqual({ clientCredentials: { scope: 'own' }, timeout: 7 });
  });

  it('leaves a call without a token as it is', async () => {
    const { api, sent } = derive({ scope: 'derived' });

    await api.get('/a', { clientCredentials: false });

    expect(sent[0]?.clientCredentials).toBe(false);
  });

  it('tells a call without a token its tenant, also where it was derived twice', async () => {
    const { api, sent } = derive({ tenant: 'a' });

    await api.get('/a', { clientCredentials: false });
    await derivedAxios(api, { tenant: 'b' }).get('/a', { clientCredentials: false });

    expect(sent.map(({ clientCredentials }) => clientCredentials)).toEqual([
      new NoToken('a'),
      new NoToken('b'),
    ]);
  });
});
