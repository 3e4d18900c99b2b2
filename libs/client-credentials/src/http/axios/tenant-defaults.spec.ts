import { describe, expect, it } from '@jest/globals';
import { AxiosHeaders, type CreateAxiosDefaults, type InternalAxiosRequestConfig } from 'axios';
import { atTenantBase, withTenantDefaults } from './tenant-defaults.js';

const SHARED = 'https://shared.example.com';
const OWN = 'https://own.example.com';

type Given = Omit<Partial<InternalAxiosRequestConfig>, 'headers'> & { headers?: Record<string, string> };

const callOf = ({ headers = {}, ...config }: Given): InternalAxiosRequestConfig => ({
  ...config,
  headers: new AxiosHeaders(headers),
});

describe('the base of a tenant', () => {
  const baseOf = (base: string | undefined, tenant: CreateAxiosDefaults): string | undefined => {
    const defaults = { instance: { baseURL: SHARED }, provider: { baseURL: SHARED }, tenant } as never;
    return atTenantBase(callOf(base === undefined ? {} : { baseURL: base }), defaults).baseURL;
  };

  it.each<[string, string | undefined, CreateAxiosDefaults, string | undefined]>([
    ['replaces that of the instance', SHARED, { baseURL: OWN }, OWN],
    ['is given to a call without one', undefined, { baseURL: OWN }, OWN],
    [
      'leaves the base that a call names',
      'https://call.example.com',
      { baseURL: OWN },
      'https://call.example.com',
    ],
    ['is the provider’s, where the tenant has the same', SHARED, { baseURL: SHARED }, SHARED],
    ['is the provider’s, where the tenant has none', SHARED, {}, SHARED],
  ])('%s', (_, base, tenant, expected) => {
    expect(baseOf(base, tenant)).toBe(expected);
  });
});

describe('the defaults of a tenant', () => {
  const provider = {
    timeout: 1_000,
    maxRedirects: 5,
    params: { v: '1', region: 'all' },
    headers: { common: { 'x-shared': 's', 'x-both': 'provider' } },
  };
  const tenant = {
    timeout: 2_000,
    maxRedirects: 5,
    params: { v: '2', region: 'eu' },
    headers: { common: { 'x-both': 'tenant' }, post: { 'x-post': 'p' }, 'x-own': 'o' },
  };
  const laidOver = (config: Given, own: CreateAxiosDefaults = tenant): InternalAxiosRequestConfig =>
    withTenantDefaults(callOf(config), { instance: provider, provider, tenant: own } as never);

  it('are those of the provider, where the tenant has none of its own', () => {
    const config = callOf({ timeout: 7 });

    expect(withTenantDefaults(config, { instance: provider, provider, tenant: provider } as never)).toBe(
      config,
    );
  });

  it('replace what the call has from its instance, and nothing that it names', () => {
    expect(laidOver({ timeout: 1_000 }).timeout).toBe(2_000);
    expect(laidOver({ timeout: 7 }).timeout).toBe(7);
  });

  it.each<[string, unknown, unknown]>([
    ['where the call has none', undefined, { v: '2', region: 'eu' }],
    ['where the call has the provider’s', { v: '1', region: 'all' }, { v: '2', region: 'eu' }],
    ['but for those that the call names', { v: '1', region: 'us', q: 'x' }, { v: '2', region: 'us', q: 'x' }],
    ['and are added to those of a call', { q: 'x' }, { v: '2', region: 'eu', q: 'x' }],
  ])('have their params, %s', (_, params, expected) => {
    expect(laidOver({ params }).params).toEqual(expected);
  });

  it('leave params of a class to the call', () => {
    const params = new URLSearchParams('q=x');

    expect(laidOver({ params }).params).toBe(params);
  });

  it('leave params alone, where the tenant has the provider’s', () => {
    const { params } = laidOver({ params: { q: 'x' } }, { ...tenant, params: provider.params });

    expect(params).toEqual({ q: 'x' });
  });

  it('have their headers, except for those that the call has changed', () => {
    const headers = { 'x-shared': 's', 'x-both': 'provider' };

    expect({ ...laidOver({ headers }).headers.toJSON() }).toEqual({
      'x-shared': 's',
      'x-both': 'tenant',
      'x-own': 'o',
    });
    expect(laidOver({ headers: { ...headers, 'x-both': 'call' } }).headers.get('x-both')).toBe('call');
    expect(laidOver({ method: 'POST', headers }).headers.get('x-post')).toBe('p');
  });
});
