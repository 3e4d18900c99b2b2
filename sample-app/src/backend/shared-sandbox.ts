import type { ProviderName } from '../config/providers.js';
import type { Sandbox } from '../sandbox/sandbox.js';
import type { SandboxProvider } from '../sandbox/sandbox-provider.js';
import type { SigneasySandbox } from '../sandbox/signeasy.js';
import type { SharedRedis } from './shared-redis.js';

/** URLs and client of a sandbox provider. */
export type ProviderAddress = Pick<SandboxProvider, 'client' | 'tokenUrl' | 'apiBaseURL'>;

/** A sandbox, possibly started by another desk. */
export interface SandboxAccess extends Record<ProviderName, ProviderAddress> {
  signeasy: ProviderAddress & Pick<SigneasySandbox, 'tenants'>;
}

const KEY = 'document-desk:sandbox';

/** Publishes a sandbox in Redis: desks that share tokens must share the sandbox that accepts them. */
export async function announceSandbox(redis: SharedRedis, sandbox: Sandbox): Promise<void> {
  await redis.set(KEY, JSON.stringify(sandbox));
}

/** Finds the published sandbox of another desk, if it still responds. */
export async function findSandbox(redis: SharedRedis): Promise<SandboxAccess | undefined> {
  const sandbox = await readSandbox(redis);
  if (sandbox === undefined) return undefined;
  try {
    await fetch(sandbox.signeasy.apiBaseURL);
    return sandbox;
  } catch {
    // The other desk ended without withdrawing its sandbox.
    return undefined;
  }
}

/** Reads the published sandbox as it was announced last. */
export async function readSandbox(redis: SharedRedis): Promise<SandboxAccess | undefined> {
  const announced = await redis.get(KEY);
  if (announced === null) return undefined;
  const sandbox: SandboxAccess = JSON.parse(announced);
  return sandbox;
}

/** Removes the published sandbox, unless another desk has published its own since. */
export async function withdrawSandbox(redis: SharedRedis, sandbox: Sandbox): Promise<void> {
  const announced = await redis.get(KEY);
  if (announced?.includes(sandbox.signeasy.tokenUrl) === true) await redis.del(KEY);
}
