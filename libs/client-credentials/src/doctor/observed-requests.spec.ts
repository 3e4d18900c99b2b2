import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { describe, expect, it } from '@jest/globals';
import { ObservedRequests, withoutQuery } from './observed-requests.js';

const NOW = Date.parse('2026-01-01T00:00:10Z');

/** Sends one request, which is answered with these headers, and returns what was recorded. */
async function observed(headers: object, url?: string): Promise<ObservedRequests> {
  const adapter: AxiosAdapter = async (config) =>
    ({ status: 201, headers, config, data: '', statusText: '' }) as AxiosResponse;
  const requests = new ObservedRequests(adapter, () => NOW);
  await requests.adapter({ url, headers: {} } as InternalAxiosRequestConfig);
  return requests;
}

describe('the requests that were sent', () => {
  it('are recorded with address and status, without the query', async () => {
    const { requests } = await observed({}, 'https://id.example.com/token?secret=hidden');

    expect(requests).toEqual([
      {
        url: 'https://id.example.com/token',
        status: 201,
        durationMs: expect.any(Number),
        clockDifferenceMs: undefined,
      },
    ]);
  });

  it('show how far the server’s clock is ahead, from the middle of its second', async () => {
    const { requests } = await observed({ Date: 'Thu, 01 Jan 2026 00:00:15 GMT' });

    expect(requests[0]).toMatchObject({ url: '', clockDifferenceMs: 5_500 });
  });

  it.each([{ date: 'yesterday' }, { date: 7 }, {}])('show no clock with the headers %j', async (headers) => {
    const { requests } = await observed(headers, 'https://id.example.com');

    expect(requests[0]?.clockDifferenceMs).toBeUndefined();
  });

  it('have no status without a response', async () => {
    const requests = new ObservedRequests(
      () => Promise.reject(new Error('no response')),
      () => NOW,
    );

    await expect(requests.adapter({ headers: {} } as InternalAxiosRequestConfig)).rejects.toThrow(
      'no response',
    );

    expect(requests.requests).toMatchObject([{ status: undefined }]);
  });
});

describe('an address without its query', () => {
  it('is empty if it is no address', () => {
    expect(withoutQuery('/me?key=hidden')).toBe('');
  });
});
