import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { ClientCredentialsOptions } from '../config/options.js';
import { TokenManager } from '../manager/token-manager.js';
import { logEvent } from './event-log.js';

/** Token manager with the lifecycle of a Nest application; logs events to Nest's logger. */
export class NestTokenManager extends TokenManager implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #warmUp: NonNullable<ClientCredentialsOptions['warmUp']>;

  constructor({ warmUp = false, ...options }: ClientCredentialsOptions) {
    const logger = new Logger('ClientCredentialsModule');
    super(options, (message) => logger.warn(message));
    this.#warmUp = warmUp;
    this.onEvent((event) => logEvent(logger, event));
  }

  /** Warms up once feature modules have added their providers, and before the application listens. */
  async onApplicationBootstrap(): Promise<void> {
    await this.warmUp(this.#warmUp);
  }

  /** Closes in Nest's last hook, so that other providers can still make calls in earlier hooks. */
  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }
}
