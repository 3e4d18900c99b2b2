import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { loopbackOnly } from './loopback-only.js';

/** Status of a request; `undefined` if the request goes on. */
function statusOf(headers: Record<string, string>, method: string): number | undefined {
  let status: number | undefined;
  const response = { writeHead: (code: number) => (status = code), end: () => undefined };
  loopbackOnly(
    { method, headers } as unknown as IncomingMessage,
    response as unknown as ServerResponse,
    () => undefined,
  );
  return status;
}

const host = '127.0.0.1:3000';

describe('the rule of who may use the desk', () => {
  it.each<[string, string, Record<string, string>]>([
    ['curl', 'POST', { host }],
    ['the name localhost', 'POST', { host: 'localhost:3000' }],
    ['IPv6', 'POST', { host: '[::1]:3000' }],
    ['a form of the desk', 'POST', { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }],
    ['a link of another site', 'GET', { host, 'sec-fetch-site': 'cross-site' }],
  ])('admits %s', (_, method, headers) => {
    expect(statusOf(headers, method)).toBeUndefined();
  });

  it.each<[string, string, Record<string, string>]>([
    ['another name', 'GET', { host: 'desk.example:3000' }],
    ['no name', 'POST', {}],
    ['a form of another site', 'POST', { host, origin: 'https://other.example' }],
    ['a form of a sandboxed page', 'POST', { host, origin: 'null' }],
    ['a page of another port', 'POST', { host, origin: 'http://127.0.0.1:8080' }],
    ['a script of another site without an origin', 'POST', { host, 'sec-fetch-site': 'cross-site' }],
  ])('refuses %s', (_, method, headers) => {
    expect(statusOf(headers, method)).toBe(403);
  });
});
