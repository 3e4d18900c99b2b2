import { describe, expect, it } from '@jest/globals';
import type { LoggerService } from '@nestjs/common';
import type { TokenEvent } from '../base/events.js';
import { logEvent } from './event-log.js';

const PLAIN = { provider: 'desk', scopes: [] as string[], at: 0 };
const FULL = { provider: 'desk', tenant: 'a', scopes: ['read', 'write'], at: 0 };

function linesOf(event: object): string[] {
  const lines: string[] = [];
  const at =
    (level: string) =>
    (message: unknown): void =>
      void lines.push(`${level}: ${String(message)}`);
  const logger: LoggerService = {
    error: at('error'),
    warn: at('warn'),
    log: at('log'),
    debug: at('debug'),
  };
  logEvent(logger, event as TokenEvent);
  return lines;
}

describe('the line of an event in the log', () => {
  it.each<[string, object, string]>([
    [
      'of a token',
      { ...PLAIN, type: 'token.acquired', reason: 'initial', expiresAt: 0 },
      'debug: Token of "desk" acquired (initial), valid until 1970-01-01T00:00:00.000Z',
    ],
    [
      'of a failure that calls do not see',
      { ...PLAIN, type: 'token.failed', isServed: true, message: 'It failed.' },
      'warn: The current token stays in use. It failed.',
    ],
    [
      'of a failure',
      { ...PLAIN, type: 'token.failed', isServed: false, message: 'It failed.' },
      'error: Calls fail. It failed.',
    ],
    [
      'of a refused token, with scopes and tenant',
      { ...FULL, type: 'token.invalidated', reason: 'rejected' },
      'warn: Token of "desk" (read write) for tenant "a" refused by the API; the token is replaced',
    ],
    [
      'of a dropped token',
      { ...PLAIN, type: 'token.invalidated', reason: 'requested' },
      'debug: Token of "desk" dropped on request',
    ],
    [
      'of a call that was sent again',
      { ...PLAIN, type: 'api.replayed', status: 401 },
      'debug: Call with a token of "desk" sent again with a new token: status 401',
    ],
    [
      'of such a call without a status',
      { ...PLAIN, type: 'api.replayed' },
      'debug: Call with a token of "desk" sent again with a new token: status none',
    ],
    [
      'of a call that lacks a scope',
      { ...PLAIN, type: 'api.refused', status: 403 },
      'debug: Call with a token of "desk" refused for want of a scope: status 403',
    ],
    [
      'of a credential that was refused',
      { ...PLAIN, type: 'credentials.rotated', wasRefused: true },
      'warn: The credential of "desk" was refused and the next one accepted; remove the old credential',
    ],
    [
      'of a credential that is used first',
      { ...PLAIN, type: 'credentials.rotated', wasRefused: false },
      'log: Another credential of "desk" was accepted and is now in use',
    ],
    [
      'of a store',
      { ...PLAIN, type: 'store.unavailable', operation: 'get' },
      'warn: Token store failed (get) for "desk"; calls continue without the store',
    ],
    [
      'of a budget',
      { ...PLAIN, type: 'issuance.near-limit', limit: 10, windowSeconds: 60 },
      'warn: 80 % of the issuance limit of "desk" is used up (10 token requests in 60 s)',
    ],
  ])('%s', (_, event, line) => {
    expect(linesOf(event)).toEqual([line]);
  });

  it('is left out where the logger has no such level', () => {
    const logger = { error: () => undefined, warn: () => undefined, log: () => undefined };

    expect(() =>
      logEvent(logger, {
        ...PLAIN,
        type: 'token.invalidated',
        reason: 'requested',
      } as unknown as TokenEvent),
    ).not.toThrow();
  });
});
