import { randomBytes } from 'node:crypto';
import type { CallCounts } from './loopback-server.js';

/** The one client that a sandbox provider knows. */
export interface SandboxClient {
  clientId: string;
  clientSecret: string;
}

/** A provider played on loopback. */
export interface SandboxProvider {
  client: SandboxClient;
  tokenUrl: string;
  apiBaseURL: string;
  counts: CallCounts;
  close(): Promise<void>;
}

export interface SandboxOptions {
  /** The time, epoch ms; a test brings its own to see tokens expire. */
  now?: () => number;
}

/**
 * New credentials for every start, so that none can be copied from one run into another.
 *
 * A secret for a request body holds what a wrong encoding would change. One for Basic does not: servers differ in
 * whether they form-decode it, and the page of the only provider that uses Basic does not say.
 */
export function createSandboxClient(credentialsIn: 'basic' | 'body'): SandboxClient {
  const secret = randomBytes(24).toString('base64url');
  return {
    clientId: randomBytes(10).toString('hex'),
    clientSecret: credentialsIn === 'body' ? `${secret}+/= &%"ü` : secret,
  };
}
