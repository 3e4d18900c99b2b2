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

/** What a desk is set up with. */
export interface DeskOptions {
  /** Of the authorization server. */
  server?: AuthorizationServerOptions;
  /** Laid over what the server says of itself. */
  provider?: Partial<ProviderConfig>;
  /** Of the manager. */
  manager?: Partial<ClientCredentialsOptions>;
}

/** An authorization server, a manager with one provider `desk` that asks it, and a clock that both go by. */
export interface Desk extends AsyncDisposable {
  readonly server: AuthorizationServer;
  readonly tokens: TokenManager;
  readonly source: TokenSource;
  readonly clock: FakeClock;
  readonly events: TokenEvent[];
  /** What the manager warned of. */
  readonly warnings: string[];
}

/** Sets up a desk. It is closed at the end of the block that has it `await using`. */
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

/** The error that a call rejects with. */
export async function failureOf(call: Promise<unknown>): Promise<ClientCredentialsError> {
  const outcome = await call.then(
    () => 'it succeeded',
    (error: unknown) => error,
  );
  if (outcome instanceof ClientCredentialsError) return outcome;
  throw new Error('A ClientCredentialsError was expected.', { cause: outcome });
}
