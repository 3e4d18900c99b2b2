import type { LoggerService } from '@nestjs/common';
import type { TokenEvent } from '../base/events.js';

type Level = 'error' | 'warn' | 'log' | 'debug';

/** Logs an event: `error` if calls fail, `warn` if calls may fail later. All log lines for events are in this file. */
export function logEvent(logger: LoggerService, event: TokenEvent): void {
  const [level, message] = lineOf(event);
  logger[level]?.(message);
}

function lineOf(event: TokenEvent): [Level, string] {
  const ofTenant = event.tenant === undefined ? '' : ` for tenant ${JSON.stringify(event.tenant)}`;
  const scopes = event.scopes.length === 0 ? '' : ` (${event.scopes.join(' ')})`;
  const name = `"${event.provider}"${scopes}${ofTenant}`;
  switch (event.type) {
    case 'token.acquired':
      return [
        'debug',
        `Token of ${name} acquired (${event.reason}), valid until ${new Date(event.expiresAt).toISOString()}`,
      ];
    case 'token.failed': {
      const consequence = event.isServed ? 'The current token stays in use.' : 'Calls fail.';
      return [event.isServed ? 'warn' : 'error', `${consequence} ${event.message}`];
    }
    case 'token.invalidated':
      return event.reason === 'rejected'
        ? ['warn', `Token of ${name} refused by the API; the token is replaced`]
        : ['debug', `Token of ${name} dropped on request`];
    case 'api.replayed':
      return [
        'debug',
        `Call with a token of ${name} sent again with a new token: status ${event.status ?? 'none'}`,
      ];
    case 'api.refused':
      return ['debug', `Call with a token of ${name} refused for want of a scope: status ${event.status}`];
    case 'credentials.rotated':
      return event.wasRefused
        ? [
            'warn',
            `The credential of ${name} was refused and the next one accepted; remove the old credential`,
          ]
        : ['log', `Another credential of ${name} was accepted and is now in use`];
    case 'store.unavailable':
      return [
        'warn',
        `Token store failed (${event.operation}) for ${name}; calls continue without the store`,
      ];
    case 'issuance.near-limit':
      return [
        'warn',
        `80 % of the issuance limit of ${name} is used up (${event.limit} token requests in ${event.windowSeconds} s)`,
      ];
  }
}
