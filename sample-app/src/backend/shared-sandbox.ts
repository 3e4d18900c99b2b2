import { providerNames } from '../config/providers.js';
import type { ProviderName } from '../config/providers.js';
import type { Sandbox } from '../sandbox/sandbox.js';
import type { SandboxProvider } from '../sandbox/sandbox-provider.js';
import type { SharedRedis } from './shared-redis.js';

/** A provider of a sandbox that another desk may have started: where it is, and who is known there. */
export type SandboxAccess = Pick<SandboxProvider, 'client' | 'tokenUrl' | 'apiBaseURL'>;

const KEY = 'document-desk:sandbox';

/** Tells other desks of a sandbox: its tokens are good for nothing elsewhere. */
export async function announceSandbox(redis: SharedRedis, sandbox: Sandbox): Promise<void> {
  const entries = providerNames.map((name): [string, SandboxAccess] => {
    const { client, tokenUrl, apiBaseURL } = sandbox[name];
    return [name, { client, tokenUrl, apiBaseURL }];
  });
  await redis.set(KEY, JSON.stringify(Object.fromEntries(entries)));
}

/** The sandbox of another desk, if one was announced and is still there. */
export async function findSandbox(
  redis: SharedRedis,
): Promise<Record<ProviderName, SandboxAccess> | undefined> {
  const announced = await redis.get(KEY);
  if (announced === null) return undefined;
  const sandbox: Record<ProviderName, SandboxAccess> = JSON.parse(announced);
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
