import {
  TokenManager,
  type ClientCredentialsOptions,
  type TenantConfig,
  type TenantProviderConfig,
  type TokenEvent,
} from 'nestjs-client-credentials/core';
import {
  startAuthorizationServer,
  type ApiRequest,
  type AuthorizationServer,
  type RecordedRequest,
} from 'nestjs-client-credentials/testing';
import { collectEvents } from './collect-events.js';
import { FakeClock } from './fake-clock.js';

/** Options of {@link openTenants}. */
export interface TenantsOptions {
  /** Options that override the provider's. */
  provider?: Partial<TenantProviderConfig>;
  /** Options of the manager. */
  manager?: Partial<ClientCredentialsOptions>;
  /** Clock of server and manager. */
  clock?: FakeClock;
}

/** A server with one client per tenant, and a manager whose provider `desk` has these tenants. */
export interface Tenants extends AsyncDisposable {
  readonly server: AuthorizationServer;
  readonly provider: TenantProviderConfig;
  readonly tokens: TokenManager;
  readonly clock: FakeClock;
  readonly events: TokenEvent[];
  readonly warnings: string[];
  /** Argument of each call of the `tenants` function. */
  readonly asked: string[];
}

/** Credentials of a tenant. */
export function credentialsOf(tenant: string): TenantConfig {
  return { clientId: `client-${tenant}`, clientSecret: `secret-${tenant}` };
}

/** Tenant of the token in an API request. */
export function tenantOf({ token = '' }: ApiRequest): string | undefined {
  return /^token-of-client-(.*)-\d+$/.exec(token)?.[1];
}

/** Starts server and manager. Tenant ids that begin with `no` are unknown. */
export async function openTenants({
  provider: given,
  manager,
  clock = new FakeClock(),
}: TenantsOptions = {}): Promise<Tenants> {
  const server = await startTenantServer(clock);
  const asked: string[] = [];
  const provider: TenantProviderConfig = {
    tokenUrl: server.tokenUrl,
    api: { baseURL: server.apiUrl },
    tenants: (tenant) => {
      asked.push(tenant);
      return tenant.startsWith('no') ? undefined : credentialsOf(tenant);
    },
    ...given,
  };
  const warnings: string[] = [];
  const options = { providers: { desk: provider }, clock, ...manager };
  const tokens = new TokenManager(options, (message) => void warnings.push(message));
  return {
    server,
    provider,
    tokens,
    clock,
    events: collectEvents(tokens),
    warnings,
    asked,
    async [Symbol.asyncDispose]() {
      await tokens.close();
      await server.close();
    },
  };
}

/** Starts a server with one client per tenant, whose tokens contain the client id. */
export function startTenantServer(clock?: FakeClock): Promise<AuthorizationServer> {
  const basicOf = ({ headers: { authorization = '' } }: RecordedRequest): string =>
    Buffer.from(authorization.replace('Basic ', ''), 'base64').toString();
  return startAuthorizationServer({
    ...(clock && { clock }),
    clientAuthentication: (request) => {
      const [id, secret] = basicOf(request).split(':');
      return id?.replace('client-', 'secret-') === secret;
    },
    newToken: (issue, request) => `token-of-${basicOf(request).split(':')[0]}-${issue}`,
  });
}
