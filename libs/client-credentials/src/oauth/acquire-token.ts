import type { Clock } from '../core/clock.js';
import type { Acquire } from '../core/issued-token.js';
import type { Provider } from '../core/provider.js';
import { Acquisition } from './acquisition.js';
import { secretSourceOf } from './client-secrets.js';
import { startDeadline } from './deadline.js';
import { createTokenEndpoint } from './token-endpoint.js';

/** Makes the function that acquires a provider's tokens. */
export function createAcquire(provider: Provider, clock: Clock): Acquire {
  const secrets = secretSourceOf(provider.config.clientSecret);
  const endpoint = createTokenEndpoint(provider.config.tokenRequest?.axios);
  return async (request, context) => {
    const deadline = startDeadline(provider.timeoutMs, context.signal);
    try {
      return await new Acquisition({ provider, clock, secrets, endpoint, deadline }, request, context).run();
    } finally {
      deadline.clear();
    }
  };
}
