import type { ProviderConfig, TenantConfig, TenantProviderConfig } from 'nestjs-client-credentials';
import {
  fuuffy,
  fyma,
  resistantDocuments,
  signeasy,
  smartDocumentor,
} from 'nestjs-client-credentials/providers';
import type { Credentials, ProviderAccess } from '../config/environment.js';
import type { ProviderName } from '../config/providers.js';
import { isTenantName, tenantNames, type TenantName } from '../config/tenants.js';
import type { ProviderAddress, SandboxAccess } from './shared-sandbox.js';

/** Lifetime of the sandbox's tokens: short, so that renewals are seen. */
export const SANDBOX_LIFETIME_SECONDS = 20;

const SANDBOX_OPTIONS = {
  // What remains of a token outlives an outage of ten seconds.
  lifetime: { refreshAheadSeconds: 12, expirySkewSeconds: 1 },
  // Tokens may be revoked several times in a row by hand.
  reacquire: { cooldownSeconds: 0 },
} satisfies TenantConfig;

/** Configurations by provider. At Signeasy every tenant is its own client; elsewhere the desk is the client. */
export interface DeskConfigs extends Record<Exclude<ProviderName, 'signeasy'>, ProviderConfig> {
  signeasy: TenantProviderConfig & { api: { baseURL: string } };
}

/** Configurations of the real providers, from the presets. */
export function configureProviders(access: ProviderAccess): DeskConfigs {
  const { credentials, tenants, resistantLocation, resistantApiURL, fuuffyEnvironment } = access;
  return {
    resistant: resistantDocuments({
      ...resistantLocation,
      ...credentials.resistant,
      ...(resistantApiURL !== undefined && { api: { baseURL: resistantApiURL } }),
    }),
    smartDocumentor: smartDocumentor(credentials.smartDocumentor),
    signeasy: signeasyOf(tenants, 'https://api.signeasy.com/v3'),
    fuuffy: fuuffy({ environment: fuuffyEnvironment, ...credentials.fuuffy }),
    fyma: fyma(credentials.fyma),
  };
}

/** Reads the current secret of a client. */
type SecretReader = () => string | Promise<string>;

/**
 * The same presets with the sandbox's URLs, so that the sandbox checks the same requests as the providers would.
 *
 * @param readSecret - secret of SmartDocumentor's client, where a new secret ends the former one at once
 */
export function configureSandbox(
  sandbox: SandboxAccess,
  readSecret: SecretReader = () => sandbox.smartDocumentor.client.clientSecret,
): DeskConfigs {
  const { tokenUrl, apiBaseURL, tenants } = sandbox.signeasy;
  return {
    resistant: resistantDocuments({ stage: 'prod', cell: 'eu-1', ...inSandbox(sandbox.resistant) }),
    smartDocumentor: smartDocumentor({ ...inSandbox(sandbox.smartDocumentor), clientSecret: readSecret }),
    signeasy: signeasyOf(tenants, apiBaseURL, { tokenUrl, ...SANDBOX_OPTIONS }),
    fuuffy: fuuffy({ environment: 'testing', ...inSandbox(sandbox.fuuffy) }),
    fyma: fyma(inSandbox(sandbox.fyma)),
  };
}

/** Configuration of Signeasy; a real application looks tenants up in a database. */
function signeasyOf(
  tenants: Partial<Record<TenantName, Credentials>>,
  baseURL: string,
  options: TenantConfig = {},
): DeskConfigs['signeasy'] {
  const api = { baseURL };
  const configOf = (tenant: string): TenantConfig | undefined => {
    const credentials = isTenantName(tenant) ? tenants[tenant] : undefined;
    return credentials && signeasy({ ...options, api, ...credentials });
  };
  return { api, tenants: configOf, tenantCache: { max: tenantNames.length } };
}

function inSandbox({ client, tokenUrl, apiBaseURL }: ProviderAddress) {
  return { ...client, tokenUrl, api: { baseURL: apiBaseURL }, ...SANDBOX_OPTIONS };
}
