import type { Clock } from '../../base/clock.js';
import type { Provider } from '../../config/resolve.js';
import type { ClientCertificate } from '../client-auth/certificate.js';
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
 * Finds the server for a client that presents this certificate, or none. `signal` is the caller's patience, `closed` that
 * of everybody.
 */
export type ServerLocator = (
  certificate: ClientCertificate | undefined,
  signal: AbortSignal,
  closed: AbortSignal,
) => Promise<Server>;

/** The token endpoint as it is configured, or as the issuer announces it. */
export function serverLocatorOf(provider: Provider, endpoint: TokenEndpoint, clock: Clock): ServerLocator {
  const { tokenUrl, issuer } = provider.config;
  if (tokenUrl !== undefined) {
    const server: Server = { tokenUrl, issuer, markStale: () => undefined };
    return async () => server;
  }
  const discovery = new Discovery(provider, issuer ?? '', clock);
  return async (certificate, signal, closed) => {
    const fetch = (url: string, until: AbortSignal): ReturnType<TokenEndpoint> =>
      endpoint(
        { url, method: 'GET', headers: { accept: 'application/json' }, body: undefined },
        until,
        certificate?.agent,
      );
    const metadata = await unlessAborted(discovery.metadata(fetch, closed), signal);
    return {
      tokenUrl: (certificate && metadata.mtlsTokenUrl) ?? metadata.tokenUrl,
      issuer: metadata.issuer,
      markStale: () => discovery.markStale(),
    };
  };
}
