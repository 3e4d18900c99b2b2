import { setTimeout as sleep } from 'node:timers/promises';
import { TokenManager, type TokenEvent, type TokenStore } from 'nestjs-client-credentials/core';
import { startAuthorizationServer, type AuthorizationServer } from 'nestjs-client-credentials/testing';
import { collectEvents } from './collect-events.js';

/** Managers with their own connections to one store. */
export interface Pair extends AsyncDisposable {
  readonly server: AuthorizationServer;
  readonly one: TokenManager;
  readonly events: TokenEvent[];
  /** Whether a new manager gets the first manager's token without a token request. */
  isShared(): Promise<boolean>;
}

/** Connects to the store; `end` closes the connection. */
export type Connect = () => { store: TokenStore; end: () => unknown };

export async function openPair(connect: Connect): Promise<Pair> {
  const server = await startAuthorizationServer();
  const ends: (() => unknown)[] = [];
  const managers: TokenManager[] = [];
  const manager = (): TokenManager => {
    const { store, end } = connect();
    ends.push(end);
    const tokens = new TokenManager({ providers: { desk: server.providerConfig }, store });
    managers.push(tokens);
    return tokens;
  };
  const one = manager();
  return {
    server,
    one,
    events: collectEvents(one),
    async isShared() {
      const { value } = await one.source('desk').getToken();
      return (await manager().source('desk').getToken()).value === value;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(managers.map((tokens) => tokens.close()));
      for (const end of ends) await end();
      await server.close();
    },
  };
}

/** Retries until the circuit breaker closes, which takes a successful operation after its pause. */
export async function isSharedAgain(pair: Pair): Promise<boolean> {
  const source = pair.one.source('desk');
  for (let attempt = 0; attempt < 200; attempt += 1) {
    await source.getToken({ forceRefresh: true });
    if (await pair.isShared()) return true;
    await sleep(100);
  }
  return false;
}

/** What a store cost while it was broken. */
export interface Outage {
  /** Number of different tokens that ten callers got. */
  readonly tokens: number;
  /** Number of the event `store.unavailable`. */
  readonly told: number;
  /** Milliseconds that the two slowest calls took. */
  readonly slowestMs: readonly number[];
}

/** Breaks the store of a pair, and asks for ten new tokens: five at once, five after the first pause. */
export async function breakDown(pair: Pair, break_: () => unknown): Promise<Outage> {
  const source = pair.one.source('desk');
  const tokens = new Set<string>();
  const tookMs: number[] = [];
  const ask = async (): Promise<void> => {
    const startedAt = performance.now();
    tokens.add((await source.getToken({ forceRefresh: true })).value);
    tookMs.push(Math.round(performance.now() - startedAt));
  };
  // A busy machine may have been too slow for the store before, and nobody is told twice of one outage.
  do {
    pair.events.length = 0;
    await isSharedAgain(pair);
  } while (outagesIn(pair) > 0);
  await break_();
  for (let count = 0; count < 5; count += 1) await ask();
  await sleep(1_100);
  for (let count = 0; count < 5; count += 1) await ask();
  return {
    tokens: tokens.size,
    told: outagesIn(pair),
    slowestMs: tookMs.toSorted((a, b) => b - a).slice(0, 2),
  };
}

function outagesIn({ events }: Pair): number {
  return events.filter(({ type }) => type === 'store.unavailable').length;
}
