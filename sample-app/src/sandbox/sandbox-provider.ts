import { randomBytes } from 'node:crypto';
import type { CallCounts, Outage } from './loopback-server.js';

/** Credentials of the client registered at a sandbox provider. */
export interface SandboxClient {
  clientId: string;
  clientSecret: string;
}

/** A simulated provider on loopback. */
export interface SandboxProvider {
  client: SandboxClient;
  tokenUrl: string;
  apiBaseURL: string;
  counts: CallCounts;
  /** Outage of the token endpoint; off at first. */
  outage: Outage;
  /** Revokes all tokens issued so far: the API refuses them. */
  revokeTokens(): void;
  close(): Promise<void>;
}

export interface SandboxOptions {
  /** Clock (epoch ms); a test passes its own to let tokens expire. */
  now?: () => number;
  /** Lifetime of all tokens; by default the documented one. */
  lifetimeSeconds?: number | undefined;
}

/** How long a sandbox remembers submissions, tasks and orders, and how many. */
export const SANDBOX_MEMORY = { keptMs: 600_000, max: 2_000 };

/**
 * Creates new credentials for every start, so that credentials of one run do not work in another.
 *
 * A secret for a request body has characters that a wrong encoding would change. A secret for Basic has none: servers
 * differ in form-decoding, and the documentation of the only provider with Basic does not specify it.
 */
export function createSandboxClient(credentialsIn: 'basic' | 'body'): SandboxClient {
  const secret = randomBytes(24).toString('base64url');
  return {
    clientId: randomBytes(10).toString('hex'),
    clientSecret: credentialsIn === 'body' ? `${secret}+/= &%"ü` : secret,
  };
}
