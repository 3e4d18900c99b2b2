import type { InstantClock } from '../../base/clock.js';
import type { Provider } from '../../config/resolve.js';
import type { Agent } from 'node:https';
import { Discovery } from './discovery.js';
import type { TokenEndpoint } from '../token-endpoint.js';
import { unlessAborted } from '../../base/abort.js';

/** Where a token request goes. */
export interface Server {
  readonly tokenUrl: string;
  /** What the server calls itself, as far as that is known. */
  readonly issuer: string | undefined;
  /** Says that nobody is at this address. */
  readonly markStale: () => void;
}

/**
 * Finds the server. `agent` presents the client certificate, if there is one; `signal` aborts this caller's wait, `closed` the
 * look-up itself.
 */
export type ServerLocator = (
  agent: Agent | undefined,
  signal: AbortSignal,
  closed: AbortSignal,
) => Promise<Server>;

/** The token endpoint as it is configured, or as the issuer announces it. */
export function serverLocatorOf(
  provider: Provider,
  endpoint: TokenEndpoint,
  clock: InstantClock,
): ServerLocator {
  const { tokenUrl, issuer } = provider.config;
  if (tokenUrl !== undefined) {
    const server: Server = { tokenUrl, issuer, markStale: () => undefined };
    return async () => server;
  }
  const discovery = new Discovery(provider, issuer ?? '', clock);
  return async (agent, signal, closed) => {
    const fetch = (url: string, until: AbortSignal): ReturnType<TokenEndpoint> =>
      endpoint(
        { url, method: 'GET', headers: { accept: 'application/json' }, body: undefined },
        until,
        agent,
      );
    const metadata = await unlessAborted(discovery.metadata(fetch, closed), signal);
    return {
      tokenUrl: (agent && metadata.mtlsTokenUrl) ?? metadata.tokenUrl,
      issuer: metadata.issuer,
      markStale: () => discovery.markStale(),
    };
  };
}
