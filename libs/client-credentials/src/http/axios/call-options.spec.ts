import { describe, expect, it } from '@jest/globals';
import { AxiosHeaders } from 'axios';
import { DEFAULT_REQUEST } from '../../config/token-request.js';
import { callOptionsOf, NoToken, outboundCall } from './call-options.js';

describe('the options of a call', () => {
  it.each([[undefined], [null]])('are the usual ones with %s', (given) => {
    expect(callOptionsOf(given as undefined)).toEqual({ request: DEFAULT_REQUEST, wantsToken: true });
  });

  it('want no token with false, or where only the tenant is left', () => {
    expect(callOptionsOf(false)).toEqual({ request: DEFAULT_REQUEST, wantsToken: false });
    expect(callOptionsOf(new NoToken('a'))).toEqual({ request: new NoToken('a'), wantsToken: false });
  });

  it('are a copy of what the caller may change', () => {
    const given = { scope: 'a' };
    const { request, wantsToken } = callOptionsOf(given);
    given.scope = 'b';

    expect([request, wantsToken]).toEqual([{ scope: 'a' }, true]);
  });
});

describe('the call that a token is chosen for', () => {
  it('has method, address and headers', () => {
    const headers = new AxiosHeaders({ 'X-Desk': 'd' });

    const call = outboundCall(
      { method: 'post', headers, params: { q: 1 } },
      new URL('https://api.example.com/a'),
    );

    expect(call).toEqual({
      method: 'POST',
      url: 'https://api.example.com/a?q=1',
      headers: { 'x-desk': 'd' },
    });
  });

  it('has the address as it was written, where it is no URL', () => {
    const call = outboundCall({ url: '/a', headers: new AxiosHeaders() }, undefined);

    expect(call).toMatchObject({ method: 'GET', url: '/a' });
  });
});
