import type { ProviderName } from '../config/providers.js';
import type { Sandbox } from '../sandbox/sandbox.js';
import type { SandboxProvider } from '../sandbox/sandbox-provider.js';
import type { SigneasySandbox } from '../sandbox/signeasy.js';
import type { SharedRedis } from './shared-redis.js';

/** Where a provider of a sandbox is, and who is known there. */
export type ProviderAddress = Pick<SandboxProvider, 'client' | 'tokenUrl' | 'apiBaseURL'>;

/** A sandbox that another desk may have started. */
export interface SandboxAccess extends Record<ProviderName, ProviderAddress> {
  signeasy: ProviderAddress & Pick<SigneasySandbox, 'tenants'>;
}

const KEY = 'document-desk:sandbox';

/** Tells other desks of a sandbox: its tokens are good for nothing elsewhere. */
export async function announceSandbox(redis: SharedRedis, sandbox: Sandbox): Promise<void> {
  await redis.set(KEY, JSON.stringify(sandbox));
}

/** The sandbox of another desk, if one was announced and is still there. */
export async function findSandbox(redis: SharedRedis): Promise<SandboxAccess | undefined> {
  const announced = await redis.get(KEY);
  if (announced === null) return undefined;
  const sandbox: SandboxAccess = JSON.parse(announced);
  try {
    await fetch(sandbox.signeasy.apiBaseURL);
    return sandbox;
  } catch {
    // Its desk ended without a word.
    return undefined;
  }
}

/** Takes the announcement back, unless another desk has made its own since. */
export async function withdrawSandbox(redis: SharedRedis, sandbox: Sandbox): Promise<void> {
  const announced = await redis.get(KEY);
  if (announced?.includes(sandbox.signeasy.tokenUrl) === true) await redis.del(KEY);
}
