import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { TokenClients, TokenManager } from 'nestjs-client-credentials';
import { providerNames } from '../config/providers.js';
import type { ProviderName } from '../config/providers.js';
import type { CallCounts } from '../sandbox/loopback-server.js';
import { Backend } from './backend.js';

/** Counts API calls and token requests per provider. */
@Injectable()
export class CallCounter implements OnModuleInit {
  private readonly observed = new Map<string, CallCounts>();

  constructor(
    private readonly backend: Backend,
    private readonly tokens: TokenManager,
    private readonly clients: TokenClients,
  ) {}

  onModuleInit(): void {
    // The sandbox's servers count for themselves.
    if (this.backend.sandbox !== undefined) return;

    this.tokens.onEvent(({ type, provider }) => {
      if (type === 'token.acquired' || type === 'token.failed') this.observedOf(provider).tokenRequests += 1;
    });
    for (const name of providerNames) this.observeCalls(name);
  }

  countsOf(name: ProviderName): CallCounts {
    return this.backend.sandbox?.[name].counts ?? this.observedOf(name);
  }

  private observeCalls(name: ProviderName): void {
    this.clients.get(name).axiosRef.interceptors.response.use(
      (response) => {
        this.observedOf(name).apiCalls += 1;
        return response;
      },
      (error: Error) => {
        // Without a response, the call may not have been sent, such as for lack of a token.
        if ('response' in error && error.response !== undefined) this.observedOf(name).apiCalls += 1;
        throw error;
      },
    );
  }

  private observedOf(name: string): CallCounts {
    let counts = this.observed.get(name);
    if (counts === undefined) {
      counts = { apiCalls: 0, tokenRequests: 0 };
      this.observed.set(name, counts);
    }
    return counts;
  }
}
