import type { ProviderConfig } from 'nestjs-client-credentials';
import {
  fuuffy,
  fyma,
  resistantDocuments,
  signeasy,
  smartDocumentor,
} from 'nestjs-client-credentials/providers';
import type { ProviderAccess } from '../config/environment.js';
import type { ProviderName } from '../config/providers.js';
import type { SandboxAccess } from './shared-sandbox.js';

/** The providers themselves: each preset knows its addresses and how its provider wants to be asked. */
export function configureProviders(access: ProviderAccess): Record<ProviderName, ProviderConfig> {
  const { credentials, resistantLocation, resistantApiURL, fuuffyEnvironment } = access;
  return {
    resistant: resistantDocuments({
      ...resistantLocation,
      ...credentials.resistant,
      ...(resistantApiURL !== undefined && { api: { baseURL: resistantApiURL } }),
    }),
    smartDocumentor: smartDocumentor(credentials.smartDocumentor),
    signeasy: signeasy(credentials.signeasy),
    fuuffy: fuuffy({ environment: fuuffyEnvironment, ...credentials.fuuffy }),
    fyma: fyma(credentials.fyma),
  };
}

/** The same presets with other addresses: what the sandbox judges is what the providers would get. */
export function configureSandbox(
  sandbox: Record<ProviderName, SandboxAccess>,
): Record<ProviderName, ProviderConfig> {
  return {
    resistant: resistantDocuments({ stage: 'prod', cell: 'eu-1', ...inSandbox(sandbox.resistant) }),
    smartDocumentor: smartDocumentor(inSandbox(sandbox.smartDocumentor)),
    signeasy: signeasy(inSandbox(sandbox.signeasy)),
    fuuffy: fuuffy({ environment: 'testing', ...inSandbox(sandbox.fuuffy) }),
    fyma: fyma(inSandbox(sandbox.fyma)),
  };
}

function inSandbox({ client, tokenUrl, apiBaseURL }: SandboxAccess) {
  return { ...client, tokenUrl, api: { baseURL: apiBaseURL } };
}
