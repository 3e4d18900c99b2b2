import type { OnApplicationShutdown } from '@nestjs/common';
import type { ProviderConfig } from 'nestjs-client-credentials';
import type { ProviderAccess } from '../config/environment.js';
import type { ProviderName } from '../config/providers.js';
import { startSandbox, stopSandbox } from '../sandbox/sandbox.js';
import type { Sandbox } from '../sandbox/sandbox.js';
import { configureProviders, configureSandbox } from './provider-configs.js';

/** How often the outcome of a longer job is asked for, and for how long. */
export interface PollPace {
  intervalMs: number;
  timeoutMs: number;
}

/** What the desk talks to: the providers themselves, or the sandbox. */
export class Backend implements OnApplicationShutdown {
  private constructor(
    readonly configs: Record<ProviderName, ProviderConfig>,
    readonly pollPace: PollPace,
    readonly sandbox?: Sandbox,
  ) {}

  static async open(access: ProviderAccess | undefined): Promise<Backend> {
    if (access !== undefined) {
      return new Backend(configureProviders(access), { intervalMs: 2_000, timeoutMs: 300_000 });
    }
    const sandbox = await startSandbox();
    return new Backend(configureSandbox(sandbox), { intervalMs: 100, timeoutMs: 10_000 }, sandbox);
  }

  /** Nest calls this last of all, when nobody asks for anything any more. */
  async onApplicationShutdown(): Promise<void> {
    if (this.sandbox !== undefined) await stopSandbox(this.sandbox);
  }
}
