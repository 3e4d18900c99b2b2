import type { LookupFunction } from 'node:net';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Route } from '../route.js';
import { examineHost, hostnameOf } from './host.js';

afterEach(() => {
  jest.useRealTimers();
});

/** A direct route whose host is looked up like this. */
const routeWith = (lookup: LookupFunction): Route => ({ kind: 'direct', options: { lookup } });

const failing = (code: string): Route =>
  routeWith((_, _options, callback) => callback(Object.assign(new Error(code), { code }), ''));

const target = (address: string) => ({
  url: new URL(address),
  option: 'issuer' as const,
  timeoutMs: 5_000,
});

describe('the host of an address', () => {
  it('has no brackets', () => {
    expect(hostnameOf(new URL('https://[::1]:8443/token'))).toBe('::1');
  });
});

describe('the step of the host', () => {
  it.each([
    ['EAI_AGAIN', /^no address is known for id\.example\.com \(EAI_AGAIN\)\. Check the host in issuer/],
    ['ENODATA', /^no address is known/],
    ['ECONNREFUSED', /^id\.example\.com:443 refuses connections/],
    ['ENETUNREACH', /^id\.example\.com:443 could not be reached \(ENETUNREACH\)/],
  ])('fails after %s with what to check', async (code, expected) => {
    const { step, socket } = await examineHost(target('https://id.example.com'), failing(code));

    expect(step).toMatchObject({ step: 'host', status: 'failed' });
    expect(step.message).toMatch(expected);
    expect(socket).toBeUndefined();
  });

  it('names the usual port of http too', async () => {
    const { step } = await examineHost(target('http://id.example.com'), failing('ECONNREFUSED'));

    expect(step.message).toContain('id.example.com:80 refuses');
  });

  it('fails after the timeout if nothing answers', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'performance'] });
    const examined = examineHost(
      target('https://id.example.com'),
      routeWith(() => undefined),
    );
    await jest.advanceTimersByTimeAsync(5_000);

    const { step } = await examined;

    expect(step.message).toMatch(/^id\.example\.com:443 did not answer within 5000 ms \(ETIMEDOUT\)/);
  });
});
