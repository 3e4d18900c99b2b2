import type { TokenManager } from '../manager/token-manager.js';
import { TokenClient } from './token-client.js';
import { inspectAs } from '../base/inspect.js';

/**
 * Looks clients up at run time, for names that are unknown at compile time.
 *
 * @example
 * ```ts
 * constructor(private readonly clients: TokenClients) {}
 * cameras(provider: string) { return this.clients.get(provider).get('/tracking-cameras'); }
 * ```
 */
export class TokenClients {
  static {
    inspectAs(TokenClients, (clients) => `TokenClients { ${clients.#manager.providers.join(', ')} }`);
  }

  readonly #manager: TokenManager;
  readonly #clients = new Map<string, TokenClient>();

  constructor(manager: TokenManager) {
    this.#manager = manager;
  }

  /**
   * Returns the client of a provider, the same instance that `@InjectTokenClient(name)` injects.
   *
   * @throws `ClientCredentialsError` `unknown_provider`; its message lists the known names
   */
  get(name: string): TokenClient {
    const known = this.#clients.get(name);
    if (known !== undefined) return known;
    const client = TokenClient.of(this.#manager.source(name));
    this.#clients.set(name, client);
    return client;
  }
}
