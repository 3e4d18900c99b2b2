import { apiEndpoint, presentedToken } from './api-endpoint.js';
import type {
  AuthorizationServer,
  AuthorizationServerOptions,
  AuthorizationServerProviderConfig,
} from './authorization-server.js';
import type { Endpoint } from './endpoint.js';
import { TokenLedger, type TestToken } from './issued-token.js';
import { LoopbackEndpoint } from './loopback-endpoint.js';
import { record, type ApiRequest, type RecordedRequest } from './recorded-request.js';
import type { Secret } from '../config/credentials.js';
import type { ScriptedAnswer } from './scripted-answer.js';
import { withDefaults, type Settings } from './settings.js';
import { endOf, randomToken, tokenEndpoint } from './token-endpoint.js';

/**
 * Starts an authorization server for tests, and an API that accepts its tokens.
 *
 * Both listen on 127.0.0.1, on two ports and thus two origins. The server is stricter than real servers, records every
 * request, and fails as scripted.
 *
 * @example
 * ```ts
 * await using server = await startAuthorizationServer({ lifetimeSeconds: 60 });
 * const tokens = new TokenManager({ providers: { billing: server.providerConfig } });
 * server.failNext(1, 'reset');
 *
 * await tokens.source('billing').getToken();
 *
 * expect(server.tokenRequests).toHaveLength(2);
 * ```
 * @see RFC 6749 §4.4, RFC 6750
 */
export async function startAuthorizationServer(
  options: AuthorizationServerOptions = {},
): Promise<AuthorizationServer> {
  const settings = withDefaults(options);
  const ledger = new TokenLedger();
  const now = (): number => settings.clock.now();
  const api = await new LoopbackEndpoint<ApiRequest>({
    path: '',
    record: async (incoming, response) => {
      const request = await record(incoming, response, now);
      return Object.assign(request, {
        token: presentedToken(request, settings.dialect.authorization, ledger),
      });
    },
    handle: apiEndpoint(settings, ledger),
  }).listen();
  const token = await new LoopbackEndpoint<RecordedRequest>({
    path: settings.tokenPath,
    record: (incoming, response) => record(incoming, response, now),
    handle: tokenEndpoint(settings, ledger, api.url),
  }).listen();
  return new RunningServer(settings, ledger, token, api);
}

/** A running server. All state is in `#private` fields, so that a failed test prints no credentials. */
class RunningServer implements AuthorizationServer {
  readonly #settings: Settings;
  readonly #ledger: TokenLedger;
  readonly #token: LoopbackEndpoint<RecordedRequest>;
  readonly #api: LoopbackEndpoint<ApiRequest>;

  constructor(
    settings: Settings,
    ledger: TokenLedger,
    token: LoopbackEndpoint<RecordedRequest>,
    api: LoopbackEndpoint<ApiRequest>,
  ) {
    this.#settings = settings;
    this.#ledger = ledger;
    this.#token = token;
    this.#api = api;
  }

  get tokenUrl(): string {
    return this.#token.url;
  }

  get apiUrl(): string {
    return this.#api.url;
  }

  get tokenEndpoint(): Endpoint {
    return this.#token;
  }

  get api(): Endpoint<ApiRequest> {
    return this.#api;
  }

  get tokenRequests(): readonly RecordedRequest[] {
    return this.#token.requests;
  }

  get apiRequests(): readonly ApiRequest[] {
    return this.#api.requests;
  }

  get issued(): readonly TestToken[] {
    return this.#ledger.tokens;
  }

  get clientSecret(): Secret {
    return this.#settings.clientSecret;
  }

  set clientSecret(secret: Secret) {
    this.#settings.clientSecret = secret;
  }

  get lifetimeSeconds(): number | null {
    return this.#settings.lifetimeSeconds;
  }

  set lifetimeSeconds(seconds: number | null) {
    this.#settings.lifetimeSeconds = seconds;
  }

  get providerConfig(): AuthorizationServerProviderConfig {
    const { clientId, clientSecret, clientAuthentication, dialect } = this.#settings;
    return {
      tokenUrl: this.tokenUrl,
      clientId,
      ...(clientAuthentication !== 'none' && { clientSecret }),
      ...(typeof clientAuthentication === 'string' && { clientAuthentication }),
      ...(Object.keys(dialect).length > 0 && { dialect }),
      api: { baseURL: this.apiUrl },
    };
  }

  failNext(times?: number, fault?: ScriptedAnswer): void {
    this.#token.failNext(times, fault);
  }

  issue(value: string = randomToken(this.issued.length + 1)): TestToken {
    const { clientId, clock } = this.#settings;
    const issuedAt = clock.now();
    const expiresAt = endOf(issuedAt, this.#settings);
    const parameters = { clientId, scope: undefined, audience: undefined, resource: [] };
    return this.#ledger.add({ ...parameters, value, issuedAt, expiresAt });
  }

  revoke(token?: string): void {
    this.#ledger.revoke(({ value }) => token === undefined || token === value);
  }

  async close(): Promise<void> {
    await Promise.all([this.#token.close(), this.#api.close()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
