import type { LoggerService } from '@nestjs/common';
import type { TokenEvent } from '../base/events.js';

type Level = 'error' | 'warn' | 'log' | 'debug';

/** What an operator reads: all of it in one place. Trouble that callers notice is an error, trouble they do not yet notice a warning. */
export function logEvent(logger: LoggerService, event: TokenEvent): void {
  const [level, message] = lineOf(event);
  logger[level]?.(message);
}

function lineOf(event: TokenEvent): [Level, string] {
  const whose = event.tenant === undefined ? '' : ` for tenant ${JSON.stringify(event.tenant)}`;
  const scopes = event.scopes.length === 0 ? '' : ` (${event.scopes.join(' ')})`;
  const name = `"${event.provider}"${scopes}${whose}`;
  switch (event.type) {
    case 'token.acquired':
      return [
        'debug',
        `Token of ${name} acquired (${event.reason}), good until ${new Date(event.expiresAt).toISOString()}`,
      ];
    case 'token.failed': {
      const consequence = event.isServed ? 'The current token goes on being used.' : 'Calls fail.';
      return [event.isServed ? 'warn' : 'error', `${consequence} ${event.message}`];
    }
    case 'token.invalidated':
      return event.reason === 'rejected'
        ? ['warn', `Token of ${name} refused by the API; it is replaced`]
        : ['debug', `Token of ${name} dropped on request`];
    case 'api.replayed':
      return [
        'debug',
        `Call with a token of ${name} sent again with a new one: status ${event.status ?? 'none'}`,
      ];
    case 'credentials.rotated':
      return event.wasRefused
        ? ['warn', `The credential of ${name} was refused, and the next one taken: remove the old one`]
        : ['log', `Another credential of ${name} is in use`];
    case 'store.unavailable':
      return ['warn', `Token store failed (${event.operation}) for ${name}; calls go on without it`];
    case 'issuance.near-limit':
      return [
        'warn',
        `80 % of the ${event.limit} tokens of ${name} that may be asked for in ${event.windowSeconds} s are used up`,
      ];
  }
}
