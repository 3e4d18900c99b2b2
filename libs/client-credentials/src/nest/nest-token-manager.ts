import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { ClientCredentialsOptions } from '../core/options.js';
import { TokenManager } from '../manager/token-manager.js';
import { logEvent } from './event-log.js';

/** A manager that lives as long as its application, and tells Nest's logger what an operator must see. */
export class NestTokenManager extends TokenManager implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(options: ClientCredentialsOptions) {
    const logger = new Logger('ClientCredentialsModule');
    super(options, (message) => logger.warn(message));
    this.onEvent((event) => logEvent(logger, event));
  }

  /** The application does not listen before the warm-up is over. */
  async onApplicationBootstrap(): Promise<void> {
    await this.warmedUp;
  }

  /** The last of Nest's hooks, so that others can still make calls in theirs. */
  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }
}
