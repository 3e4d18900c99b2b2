import type { TokenEvent, TokenManager } from 'nestjs-client-credentials/core';

/** Collects the further events of a manager, in order. */
export function collectEvents(tokens: TokenManager): TokenEvent[] {
  const events: TokenEvent[] = [];
  tokens.onEvent((event) => void events.push(event));
  return events;
}

/** Types of events, in order, with the reason of acquired and failed tokens. */
export function outline(events: readonly TokenEvent[]): string[] {
  return events.map((event) => ('reason' in event ? `${event.type} ${event.reason}` : event.type));
}
