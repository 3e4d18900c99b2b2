import type { Sandbox } from '../sandbox/sandbox.js';
import type { SandboxProvider } from '../sandbox/sandbox-provider.js';

/** Token requests that all providers of a sandbox received. */
export function tokenRequestsOf(sandbox: Sandbox): number {
  const providers: SandboxProvider[] = Object.values(sandbox);
  return providers.reduce((sum, { counts }) => sum + counts.tokenRequests, 0);
}
