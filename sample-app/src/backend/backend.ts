import type { OnApplicationShutdown } from '@nestjs/common';
import type { TokenStore } from 'nestjs-client-credentials';
import { RedisTokenStore } from 'nestjs-client-credentials/redis';
import type { DeskAccess } from '../config/environment.js';
import { startSandbox, stopSandbox } from '../sandbox/sandbox.js';
import type { Sandbox } from '../sandbox/sandbox.js';
import type { OwnRedis } from './own-redis.js';
import {
  configureProviders,
  configureSandbox,
  SANDBOX_LIFETIME_SECONDS,
  type DeskConfigs,
} from './provider-configs.js';
import { connectRedis, type SharedRedis } from './shared-redis.js';
import { announceSandbox, findSandbox, readSandbox, withdrawSandbox } from './shared-sandbox.js';

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
  /** Redis that other desks use too. */
  redis?: SharedRedis;
  /** Redis that this desk started, with its client. */
  own?: { server: OwnRedis; client: SharedRedis };
  store?: TokenStore;
}

/** Connections of the desk: the real providers or a sandbox, and a Redis that the desk shares or started. */
export class Backend implements OnApplicationShutdown {
  readonly configs: DeskConfigs;
  readonly pollPace: PollPace;
  readonly sandbox: Sandbox | undefined;
  readonly store: TokenStore | undefined;
  private readonly redis: SharedRedis | undefined;
  private readonly own: BackendParts['own'];

  private constructor({ configs, pollPace, sandbox, redis, own, store }: BackendParts) {
    this.configs = configs;
    this.pollPace = pollPace;
    this.sandbox = sandbox;
    this.redis = redis;
    this.own = own;
    this.store = store;
  }

  /** Base URL of Signeasy's API, the same for every tenant. */
  get signeasyBaseURL(): string {
    return this.configs.signeasy.api.baseURL;
  }

  /** Redis that this desk started, and may stop. */
  get ownRedis(): OwnRedis | undefined {
    return this.own?.server;
  }

  static async open({ providers, shared, ownRedis }: DeskAccess): Promise<Backend> {
    if (ownRedis !== undefined) return openWithOwnRedis(ownRedis, (parts) => new Backend(parts));
    const redis = shared && (await connectRedis({ url: shared.url }));
    const common = redis && shared ? { redis, store: storeIn(redis, shared.encryptionKey) } : {};
    if (providers !== undefined) {
      const pollPace = { intervalMs: 2_000, timeoutMs: 300_000 };
      return new Backend({ configs: configureProviders(providers), pollPace, ...common });
    }
    const found = redis && (await findSandbox(redis));
    if (redis !== undefined && found !== undefined) {
      const readSecret = async () =>
        ((await readSandbox(redis)) ?? found).smartDocumentor.client.clientSecret;
      return new Backend({ configs: configureSandbox(found, readSecret), pollPace: QUICK, ...common });
    }
    const sandbox = await startSandbox({ lifetimeSeconds: SANDBOX_LIFETIME_SECONDS });
    if (redis !== undefined) await announceSandbox(redis, sandbox);
    return new Backend({ configs: configureSandbox(sandbox), pollPace: QUICK, sandbox, ...common });
  }

  /** Tells the desks that share this sandbox of changed credentials. */
  async announce(): Promise<void> {
    if (this.redis !== undefined && this.sandbox !== undefined)
      await announceSandbox(this.redis, this.sandbox);
  }

  /** Runs in Nest's last hook, after all calls have ended. */
  async onApplicationShutdown(): Promise<void> {
    if (this.redis !== undefined && this.sandbox !== undefined)
      await withdrawSandbox(this.redis, this.sandbox);
    if (this.sandbox !== undefined) await stopSandbox(this.sandbox);
    await this.redis?.close();
    this.own?.client.destroy();
    await this.own?.server.close();
  }
}

const QUICK: PollPace = { intervalMs: 100, timeoutMs: 10_000 };

/** A sandbox whose tokens are also in a Redis that nobody else knows. */
async function openWithOwnRedis(
  server: OwnRedis,
  create: (parts: BackendParts) => Backend,
): Promise<Backend> {
  const client = await connectRedis(server.address);
  const sandbox = await startSandbox({ lifetimeSeconds: SANDBOX_LIFETIME_SECONDS });
  const store = storeIn(client, server.encryptionKey);
  return create({
    configs: configureSandbox(sandbox),
    pollPace: QUICK,
    sandbox,
    own: { server, client },
    store,
  });
}

function storeIn(client: SharedRedis, encryptionKey: string | undefined): TokenStore {
  return new RedisTokenStore({
    client,
    encryptionKeys: encryptionKey === undefined ? 'plaintext' : [encryptionKey],
    keyPrefix: 'document-desk:tokens',
  });
}
