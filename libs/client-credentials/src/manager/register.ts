import { closed } from '../base/errors.js';
import { plainCopyOf } from '../base/objects.js';
import { Shutdown } from '../base/shutdown.js';
import { EntryTokenSource } from '../cache/entry-source.js';
import { headerInPlaceOfToken } from '../config/rules.js';
import type { AnyProviderConfig, TenantsOnlyConfig } from '../config/options.js';
import { resolveProvider } from '../config/resolve.js';
import type { TokenSource } from '../token/token-source.js';
import { attachmentRulesOf } from './attachment.js';
import { ProviderClient, type ClientDeps } from './client.js';
import { TenantDirectory } from './tenants/directory.js';
import { TenantTokenSource } from './tenants/source.js';

// Topics may hold what an API sends: an API must not fill the memory.
const MAX_TOPICS = 1_000;

/** One provider of a manager. */
export interface RegisteredProvider {
  /** The configuration object as given. Registering the same object again is no error. */
  readonly config: AnyProviderConfig;
  readonly source: TokenSource;
  /** Tenants of the provider; `undefined` without the `tenants` option. */
  readonly tenants: TenantDirectory | undefined;
  /** Ends every refresh of the provider. */
  readonly close: () => void;
}

/** Collaborators that the providers of a manager share. */
interface Registry extends Omit<ClientDeps, 'warnOnce' | 'shutdown'> {
  readonly warn: (message: string) => void;
}

/** Creates the client, or the tenant directory, and the token source of a provider. */
export function registerProvider(
  name: string,
  given: AnyProviderConfig,
  { warn, ...registry }: Registry,
): RegisteredProvider {
  const config = plainCopyOf(given);
  const shutdown = new Shutdown();
  const close = (): void => shutdown.start(closed(name));
  const deps: ClientDeps = { ...registry, warnOnce: oncePerTopic(warn), shutdown };
  const header = headerInPlaceOfToken(config);
  if (header !== undefined)
    deps.warnOnce(
      'own header',
      `No call of the client "${name}" gets a token: api.headers sets ${header}, which takes its place. Remove it there.`,
    );
  if (!hasTenants(config)) {
    const { entries, rules } = new ProviderClient(name, config, deps);
    const source = new EntryTokenSource(entries, rules);
    return { config: given, source, tenants: undefined, close };
  }
  const tenants = new TenantDirectory(name, config, deps);
  // Without signer and agent: each tenant's client has its own key or certificate.
  const rules = attachmentRulesOf(resolveProvider(name, { clientId: '', ...config }), deps.warnOnce, {
    proofSigner: undefined,
    agentOf: () => undefined,
  });
  return { config: given, source: new TenantTokenSource(tenants, rules), tenants, close };
}

function hasTenants(config: AnyProviderConfig): config is TenantsOnlyConfig {
  return config.tenants !== undefined;
}

function oncePerTopic(warn: (message: string) => void): ClientDeps['warnOnce'] {
  const warned = new Set<string>();
  return (topic, message) => {
    if (warned.has(topic) || warned.size >= MAX_TOPICS) return;
    warned.add(topic);
    warn(message);
  };
}
