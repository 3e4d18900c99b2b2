import type { OnApplicationShutdown } from '@nestjs/common';
import type { TokenStore } from 'nestjs-client-credentials';
import { RedisTokenStore } from 'nestjs-client-credentials/redis';
import type { DeskAccess, SharedStore } from '../config/environment.js';
import { startSandbox, stopSandbox } from '../sandbox/sandbox.js';
import type { Sandbox } from '../sandbox/sandbox.js';
import { configureProviders, configureSandbox, type DeskConfigs } from './provider-configs.js';
import { connectRedis, type SharedRedis } from './shared-redis.js';
import { announceSandbox, findSandbox, withdrawSandbox } from './shared-sandbox.js';

/** Interval and time limit for polling the result of a job. */
export interface PollPace {
  intervalMs: number;
  timeoutMs: number;
}

interface BackendParts {
  configs: DeskConfigs;
  pollPace: PollPace;
  /** Sandbox that this desk started. */
  sandbox?: Sandbox;
  redis?: SharedRedis;
  store?: TokenStore;
}

/** Connections of the desk: the real providers or a sandbox, and the Redis that several desks share, if configured. */
export class Backend implements OnApplicationShutdown {
  readonly configs: DeskConfigs;
  readonly pollPace: PollPace;
  readonly sandbox: Sandbox | undefined;
  readonly store: TokenStore | undefined;
  private readonly redis: SharedRedis | undefined;

  private constructor({ configs, pollPace, sandbox, redis, store }: BackendParts) {
    this.configs = configs;
    this.pollPace = pollPace;
    this.sandbox = sandbox;
    this.redis = redis;
    this.store = store;
  }

  /** Base URL of Signeasy's API, the same for every tenant. */
  get signeasyBaseURL(): string {
    return this.configs.signeasy.api.baseURL;
  }

  static async open({ providers, shared }: DeskAccess): Promise<Backend> {
    const redis = shared && (await connectRedis(shared.url));
    const common = redis && shared ? { redis, store: storeIn(redis, shared) } : {};
    if (providers !== undefined) {
      const pollPace = { intervalMs: 2_000, timeoutMs: 300_000 };
      return new Backend({ configs: configureProviders(providers), pollPace, ...common });
    }
    const pollPace = { intervalMs: 100, timeoutMs: 10_000 };
    const found = redis && (await findSandbox(redis));
    if (found !== undefined) return new Backend({ configs: configureSandbox(found), pollPace, ...common });
    const sandbox = await startSandbox();
    if (redis !== undefined) await announceSandbox(redis, sandbox);
    return new Backend({ configs: configureSandbox(sandbox), pollPace, sandbox, ...common });
  }

  /** Runs in Nest's last hook, after all calls have ended. */
  async onApplicationShutdown(): Promise<void> {
    if (this.redis !== undefined && this.sandbox !== undefined)
      await withdrawSandbox(this.redis, this.sandbox);
    if (this.sandbox !== undefined) await stopSandbox(this.sandbox);
    await this.redis?.close();
  }
}

function storeIn(client: SharedRedis, { encryptionKey }: SharedStore): TokenStore {
  return new RedisTokenStore({
    client,
    encryptionKeys: encryptionKey === undefined ? 'plaintext' : [encryptionKey],
    keyPrefix: 'document-desk:tokens',
  });
}
