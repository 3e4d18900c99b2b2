import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { TokenEvent } from '../base/events.js';
import type { ClientCredentialsOptions } from '../config/options.js';
import { TokenManager } from '../manager/token-manager.js';
import { logEvent } from './event-log.js';

/** What happens during a warm-up. */
interface HeldLog {
  readonly lines: string[];
  readonly failures: TokenEvent[];
}

/** Token manager with the lifecycle of a Nest application; logs events to Nest's logger. */
export class NestTokenManager extends TokenManager implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #warmUp: NonNullable<ClientCredentialsOptions['warmUp']>;
  readonly #logger: Logger;
  /** What the warm-up logs, and the failures that are not logged until it is over: most of them are the same. */
  #held: HeldLog | undefined;

  constructor({ warmUp = false, ...options }: ClientCredentialsOptions) {
    const logger = new Logger('ClientCredentialsModule');
    super(options, (message) => {
      this.#held?.lines.push(message);
      logger.warn(message);
    });
    this.#logger = logger;
    this.#warmUp = warmUp;
    this.onEvent((event) => this.#log(event));
  }

  /** Warms up once feature modules have added their providers, and before the application listens. */
  async onApplicationBootstrap(): Promise<void> {
    const held: HeldLog = { lines: [], failures: [] };
    this.#held = held;
    await this.warmUp(this.#warmUp);
    this.#held = undefined;
    this.#logOthers(held);
  }

  /** Closes in Nest's last hook, so that other providers can still make calls in earlier hooks. */
  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }

  #log(event: TokenEvent): void {
    if (event.type === 'token.failed' && this.#held !== undefined) this.#held.failures.push(event);
    else logEvent(this.#logger, event);
  }

  /** Logs the failures of other calls that happened meanwhile. */
  #logOthers({ lines, failures }: HeldLog): void {
    for (const event of failures) {
      const isLogged = event.type === 'token.failed' && lines.some((line) => line.includes(event.message));
      if (!isLogged) logEvent(this.#logger, event);
    }
  }
}
