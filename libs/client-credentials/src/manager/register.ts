import { closed } from '../base/errors.js';
import { plainCopyOf } from '../base/objects.js';
import { Shutdown } from '../base/shutdown.js';
import { EntryTokenSource } from '../cache/entry-source.js';
import type { ProviderConfig, TenantProviderConfig } from '../config/options.js';
import { resolveProvider } from '../config/resolve.js';
import { type TokenSource } from '../token/token-source.js';
import { apiOfNoTenant } from './attachment.js';
import { ProviderClient, type ClientDeps } from './client.js';
import { TenantDirectory } from './tenants/directory.js';
import { TenantTokenSource } from './tenants/source.js';

/** One provider of a manager. */
export interface RegisteredProvider {
  /** As it was given: the same again is no other. */
  readonly config: ProviderConfig | TenantProviderConfig;
  readonly source: TokenSource;
  /** Where its tenants are known, if it has any. */
  readonly tenants: TenantDirectory | undefined;
  /** Ends every acquisition. */
  readonly close: () => void;
}

/** What the providers of a manager share. */
interface Registry extends Pick<ClientDeps, 'clock' | 'guard' | 'events' | 'entries'> {
  readonly warn: (message: string) => void;
}

export function registerProvider(
  name: string,
  given: ProviderConfig | TenantProviderConfig,
  { warn, ...registry }: Registry,
): RegisteredProvider {
  const config = plainCopyOf(given);
  const closing = new Shutdown();
  const close = (): void => closing.start(closed(name));
  const shared: ClientDeps = { ...registry, warnOnce: onceForEach(warn), closing };
  if (!hasTenants(config)) {
    const source = new EntryTokenSource(new ProviderClient(name, config, shared));
    return { config: given, source, tenants: undefined, close };
  }
  const tenants = new TenantDirectory(name, config, shared);
  const untold = apiOfNoTenant(resolveProvider(name, { clientId: '', ...config }), shared.warnOnce);
  return { config: given, source: new TenantTokenSource(tenants, untold), tenants, close };
}

function hasTenants(config: ProviderConfig | TenantProviderConfig): config is TenantProviderConfig {
  return config.tenants !== undefined;
}

function onceForEach(warn: (message: string) => void): ClientDeps['warnOnce'] {
  const warned = new Set<string>();
  return (topic, message) => {
    if (warned.has(topic)) return;
    warned.add(topic);
    warn(message);
  };
}
