import { Injectable } from '@nestjs/common';
import { TokenClients, type TokenClient } from 'nestjs-client-credentials';
import { firstValueFrom } from 'rxjs';
import type { ProviderName } from '../config/providers.js';
import { tenantNames } from '../config/tenants.js';

/** What became of some calls. */
export interface CallOutcome {
  calls: number;
  failed: number;
}

/** A call that changes nothing at its provider. */
interface HarmlessCall {
  client: TokenClient;
  path: string;
}

/** Calls to all providers, for each tenant where a provider has tenants. */
@Injectable()
export class Calls {
  constructor(private readonly clients: TokenClients) {}

  /** Clients of all tokens of the desk. */
  tokenClients(): TokenClient[] {
    return this.harmless().map(({ client }) => client);
  }

  clientOf(name: ProviderName): TokenClient {
    return this.clients.get(name);
  }

  /** Makes a number of calls to each provider at once. */
  async toAll(times: number): Promise<CallOutcome> {
    const calls = this.harmless().flatMap((call) => Array.from({ length: times }, () => call));
    return outcomeOf(calls);
  }

  /** Makes calls to Fyma at once. */
  toCameras(times: number): Promise<CallOutcome> {
    const call = { client: this.clients.get('fyma'), path: '/tracking-cameras' };
    return outcomeOf(Array.from({ length: times }, () => call));
  }

  private harmless(): HarmlessCall[] {
    const signeasy = this.clients.get('signeasy');
    return [
      { client: this.clients.get('resistant'), path: '/v2/submission/none/fraud' },
      { client: this.clients.get('smartDocumentor'), path: '/api/v1.0/external/sdtask/none/status' },
      ...tenantNames.map((tenant) => ({ client: signeasy.forTenant(tenant), path: '/me' })),
      { client: this.clients.get('fuuffy'), path: '/order?id=none' },
      { client: this.clients.get('fyma'), path: '/tracking-cameras' },
    ];
  }
}

async function outcomeOf(calls: HarmlessCall[]): Promise<CallOutcome> {
  const results = await Promise.allSettled(
    calls.map(({ client, path }) =>
      // A 404 says that the token was accepted.
      firstValueFrom(client.get(path, { validateStatus: (status) => status === 200 || status === 404 })),
    ),
  );
  return { calls: calls.length, failed: results.filter(({ status }) => status === 'rejected').length };
}
