import axios, { AxiosError } from 'axios';
import { describe, expect, it } from '@jest/globals';
import { authorizeAxios, authorizeFetch } from 'nestjs-client-credentials/core';
import { openDesk, type Desk } from './support/the-desk.js';

const CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}';
const CHALLENGE = `Bearer realm="", error="insufficient_claims", claims="${Buffer.from(CLAIMS).toString('base64')}"`;
const DEMAND = { status: 401, headers: { 'www-authenticate': CHALLENGE } };

/** `claims` parameter of each token request. */
function claimsOf({ server }: Desk): unknown[] {
  return server.tokenRequests.map(({ parameters }) => parameters['claims']);
}

async function failureOf(call: Promise<unknown>): Promise<AxiosError> {
  const outcome = await call.catch((error: unknown) => error);
  if (outcome instanceof AxiosError) return outcome;
  throw new Error('An AxiosError was expected.', { cause: outcome });
}

describe('a claims challenge', () => {
  it('leads to a token request with these claims', async () => {
    await using desk = await openDesk();
    const api = axios.create({ baseURL: desk.server.apiUrl });
    authorizeAxios(api, desk.source);
    desk.server.api.answerNext(1, DEMAND);

    const { status } = await api.post('/invoices', { total: 1 });

    expect(status).toBe(200);
    expect(claimsOf(desk)).toEqual([undefined, CLAIMS]);
  });

  it('applies to one token: the next request has no claims', async () => {
    await using desk = await openDesk();
    const api = axios.create({ baseURL: desk.server.apiUrl });
    authorizeAxios(api, desk.source);
    desk.server.api.answerNext(1, DEMAND);
    await api.get('/invoices');

    await desk.source.getToken({ forceRefresh: true });

    expect(claimsOf(desk)).toEqual([undefined, CLAIMS, undefined]);
  });

  it('that is repeated costs no further token, and is readable from the error', async () => {
    await using desk = await openDesk();
    const api = axios.create({ baseURL: desk.server.apiUrl });
    authorizeAxios(api, desk.source);
    desk.server.api.answerNext(3, DEMAND);

    const error = await failureOf(api.get('/invoices'));
    const young = await failureOf(api.get('/invoices'));

    expect(desk.server.tokenRequests).toHaveLength(2);
    for (const { response, cause } of [error, young]) {
      expect(response?.status).toBe(401);
      expect(cause).toMatchObject({ challenge: { error: 'insufficient_claims', claims: CLAIMS } });
    }
  });

  it('is readable from the error if no new token could be acquired', async () => {
    await using desk = await openDesk();
    const api = axios.create({ baseURL: desk.server.apiUrl });
    authorizeAxios(api, desk.source);
    await desk.source.getToken();
    desk.server.api.answerNext(1, DEMAND);
    desk.server.tokenEndpoint.answerNext(1, { status: 400, body: { error: 'invalid_request' } });

    const error = await failureOf(api.get('/invoices'));

    expect(error.response?.headers['www-authenticate']).toBe(CHALLENGE);
    expect(error.cause).toMatchObject({ code: 'token_request_rejected' });
  });

  it('works with fetch as well', async () => {
    await using desk = await openDesk();
    const call = authorizeFetch(desk.source);
    desk.server.api.answerNext(2, DEMAND);

    const response = await call(`${desk.server.apiUrl}/invoices`);

    expect(response.status).toBe(401);
    expect(claimsOf(desk)).toEqual([undefined, CLAIMS]);
    expect(response).toMatchObject({ cause: { challenge: { claims: CLAIMS } } });
  });
});
