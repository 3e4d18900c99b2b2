import type { InstantClock } from '../../base/clock.js';
import type { Provider } from '../../config/resolve.js';
import type { Agent } from 'node:https';
import { Discovery } from './discovery.js';
import type { Connection } from '../connection/connection.js';
import { unlessAborted } from '../../base/abort.js';

/** The server that a token request goes to. */
export interface Server {
  readonly tokenUrl: string;
  /** Issuer of the server, if known. */
  readonly issuer: string | undefined;
  /** Reports that `tokenUrl` did not respond or does not exist. */
  readonly markStale: () => void;
}

/**
 * Finds the server.
 *
 * `agent` presents the client certificate, if any. `signal` aborts this caller's wait, `closed` the shared fetch.
 */
export type ServerLocator = (
  agent: Agent | undefined,
  signal: AbortSignal,
  closed: AbortSignal,
) => Promise<Server>;

/** Locator for the configured `tokenUrl`, or for the token endpoint in the issuer's metadata. */
export function serverLocatorOf(
  provider: Provider,
  connection: Connection,
  clock: InstantClock,
): ServerLocator {
  const { tokenUrl, issuer } = provider.config;
  if (tokenUrl !== undefined) {
    const server: Server = { tokenUrl, issuer, markStale: () => undefined };
    return async () => server;
  }
  const discovery = new Discovery(provider, issuer ?? '', clock);
  return async (agent, signal, closed) => {
    const fetch = (url: string, until: AbortSignal): ReturnType<Connection> =>
      connection(
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
