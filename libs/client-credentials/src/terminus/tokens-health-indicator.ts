import { Inject, Injectable, Optional } from '@nestjs/common';
import * as terminus from '@nestjs/terminus';
import { invalidConfiguration, unknownProvider } from '../base/errors.js';
import { TokenManager } from '../manager/token-manager.js';
import { MANAGER } from '../nest/root-providers.js';
import { providerHealthOf, type ProviderHealth } from '../token/provider-health.js';
import type { SnapshotRow } from '../token/snapshot.js';

/** Options of {@link TokensHealthIndicator.check}. */
export interface TokensHealthOptions {
  /**
   * Names of the providers to check.
   *
   * @defaultValue every registered provider
   */
  providers?: readonly string[];
}

/** Result of a check: the status, and the health of each provider under its name. */
export interface TokensHealth {
  /** `down` if a provider is `failing`, else `up`. */
  status: 'up' | 'down';
  /** Health of the provider of this name; of one called `status` under `provider status`. */
  [provider: string]: ProviderHealth | 'up' | 'down';
}

/**
 * Health indicator for `@nestjs/terminus` 10, 11 and 12. Reads what the manager knows, and acquires no token.
 *
 * A provider is down where no token can be had, with tenants where that is so for all tenants that were used. A `degraded` and an unused
 * (`empty`) provider are up. Listed in the `providers` of a module, in an application that imports `ClientCredentialsModule`.
 *
 * @example
 * ```ts
 * constructor(
 *   private readonly health: HealthCheckService,
 *   private readonly tokens: TokensHealthIndicator,
 * ) {}
 *
 * @Get('health')
 * @HealthCheck()
 * check() {
 *   return this.health.check([() => this.tokens.check('tokens')]);
 * }
 * ```
 */
@Injectable()
export class TokensHealthIndicator {
  readonly #tokens: Pick<TokenManager, 'providers' | 'snapshot'>;

  /** @throws `ClientCredentialsError` `invalid_configuration` without a `TokenManager` */
  constructor(
    @Optional() @Inject(TokenManager) tokens?: Pick<TokenManager, 'providers' | 'snapshot'>,
    // The manager of another copy of this package.
    @Optional() @Inject(MANAGER) other?: Pick<TokenManager, 'providers' | 'snapshot'>,
  ) {
    const manager = tokens ?? other;
    if (manager === undefined) {
      throw invalidConfiguration([
        'TokensHealthIndicator finds no TokenManager: import ClientCredentialsModule.forRoot in the application, or in its module if isGlobal is false',
      ]);
    }
    this.#tokens = manager;
  }

  /**
   * Checks providers. With terminus 10 it rejects with a `HealthCheckError` where a provider is down, as indicators of that version do.
   *
   * @param key - name of the result in the health report
   * @throws `ClientCredentialsError` `unknown_provider` for an unknown name; its message lists the known names
   */
  check<const Key extends string>(
    key: Key,
    options?: TokensHealthOptions,
  ): Promise<Record<Key, TokensHealth>>;
  async check(key: string, options: TokensHealthOptions = {}): Promise<Record<string, TokensHealth>> {
    const known = this.#tokens.providers;
    const names = options.providers ?? known;
    for (const name of names) if (!known.includes(name)) throw unknownProvider(name, known);
    const health = healthOf(names, this.#tokens.snapshot());
    const result = { [key]: health };
    if (health.status === 'down') reportDown(key, result);
    return result;
  }
}

function healthOf(names: readonly string[], rows: readonly SnapshotRow[]): TokensHealth {
  const providers = [...new Set(names)].map((name): [string, ProviderHealth] => [
    name === 'status' ? 'provider status' : name,
    providerHealthOf(rows.filter(({ provider }) => provider === name)),
  ]);
  const isDown = providers.some(([, { state }]) => state === 'failing');
  return { ...Object.fromEntries(providers), status: isDown ? 'down' : 'up' };
}

/** Makes terminus 10 count the result as down: unlike later versions, that one reads the status of no result. */
function reportDown(key: string, result: object): void {
  const installed: OfAnyVersion = terminus;
  const { HealthIndicatorService, HealthCheckError } = installed;
  if (HealthIndicatorService !== undefined || HealthCheckError === undefined) return;
  throw new HealthCheckError(`${key}: no token can be had for a provider`, result);
}

/** What versions of terminus differ in: the first is new in 11, the second gone in 12. */
interface OfAnyVersion {
  readonly HealthIndicatorService?: unknown;
  readonly HealthCheckError?: new (message: string, causes: unknown) => Error;
}
