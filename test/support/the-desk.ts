import {
  ClientCredentialsError,
  TokenManager,
  type ClientCredentialsOptions,
  type ProviderConfig,
  type TokenEvent,
  type TokenSource,
} from 'nestjs-client-credentials/core';
import {
  startAuthorizationServer,
  type AuthorizationServer,
  type AuthorizationServerOptions,
} from 'nestjs-client-credentials/testing';
import { collectEvents } from './collect-events.js';
import { FakeClock } from './fake-clock.js';

/** Options of {@link openDesk}. */
export interface DeskOptions {
  /** Options of the authorization server. */
  server?: AuthorizationServerOptions;
  /** Options that override the server's `providerConfig`. */
  provider?: Partial<ProviderConfig>;
  /** Options of the manager. */
  manager?: Partial<ClientCredentialsOptions>;
}

/** An authorization server and a manager with one provider, `desk`, on a shared fake clock. */
export interface Desk extends AsyncDisposable {
  readonly server: AuthorizationServer;
  readonly tokens: TokenManager;
  readonly source: TokenSource;
  readonly clock: FakeClock;
  readonly events: TokenEvent[];
  /** Warnings of the manager. */
  readonly warnings: string[];
}

/** Starts server and manager; use `await using` to close both at the end of the block. */
export async function openDesk({
  server: serverOptions,
  provider,
  manager,
}: DeskOptions = {}): Promise<Desk> {
  const clock = new FakeClock();
  const server = await startAuthorizationServer({ clock, ...serverOptions });
  const providers = { desk: { ...server.providerConfig, ...provider } };
  const warnings: string[] = [];
  const tokens = new TokenManager({ providers, clock, ...manager }, (message) => void warnings.push(message));
  return {
    server,
    tokens,
    source: tokens.source('desk'),
    clock,
    events: collectEvents(tokens),
    warnings,
    async [Symbol.asyncDispose]() {
      await tokens.close();
      await server.close();
    },
  };
}

/** Error of a rejected call. */
export async function failureOf(call: Promise<unknown>): Promise<ClientCredentialsError> {
  const outcome = await call.then(
    () => 'it succeeded',
    (error: unknown) => error,
  );
  if (outcome instanceof ClientCredentialsError) return outcome;
  throw new Error('A ClientCredentialsError was expected.', { cause: outcome });
}
