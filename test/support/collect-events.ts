import type { TokenEvent, TokenManager } from 'nestjs-client-credentials/core';

/** Every event of a manager from now on, in order. */
export function collectEvents(tokens: TokenManager): TokenEvent[] {
  const events: TokenEvent[] = [];
  tokens.onEvent((event) => void events.push(event));
  return events;
}

/** The types of events, in order; a failed or acquired token with its reason. */
export function outline(events: readonly TokenEvent[]): string[] {
  return events.map((event) => ('reason' in event ? `${event.type} ${event.reason}` : event.type));
}
