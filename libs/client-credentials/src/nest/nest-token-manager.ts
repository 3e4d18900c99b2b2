import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { ClientCredentialsOptions } from '../config/options.js';
import { TokenManager } from '../manager/token-manager.js';
import { logEvent } from './event-log.js';

/** A manager that lives as long as its application, and tells Nest's logger what an operator must see. */
export class NestTokenManager extends TokenManager implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #warmUp: NonNullable<ClientCredentialsOptions['warmUp']>;

  constructor({ warmUp = false, ...options }: ClientCredentialsOptions) {
    const logger = new Logger('ClientCredentialsModule');
    super(options, (message) => logger.warn(message));
    this.#warmUp = warmUp;
    this.onEvent((event) => logEvent(logger, event));
  }

  /** Not before: by now feature modules have added theirs. The application does not listen before this is over. */
  async onApplicationBootstrap(): Promise<void> {
    await this.warmUp(this.#warmUp);
  }

  /** The last of Nest's hooks, so that others can still make calls in theirs. */
  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }
}
