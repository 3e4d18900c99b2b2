import type { OwnRedis } from '../backend/own-redis.js';
import type { Calls } from './calls.js';
import { CHANGE_SECONDS, counted, type Control } from './control.js';
import { TimedChange } from './timed-change.js';

const CALLS_EACH = 5;

/** Stops the Redis that the desk started. */
export class StopRedis implements Control {
  readonly id = 'redis';
  readonly label = 'Stop Redis';
  readonly hint = `For ${CHANGE_SECONDS} s, the token store of the desk does not respond.`;
  private readonly change: TimedChange;

  constructor(
    private readonly redis: OwnRedis,
    private readonly calls: Calls,
  ) {
    this.change = new TimedChange(() => redis.resume());
  }

  async run(): Promise<string> {
    this.redis.pause();
    this.change.begin();
    const renewed = await Promise.allSettled(
      this.calls.tokenClients().map((client) => client.getToken({ forceRefresh: true })),
    );
    const { calls, failed } = await this.calls.toAll(CALLS_EACH);
    const tokens = renewed.filter(({ status }) => status === 'fulfilled').length;
    return `Redis stopped for ${CHANGE_SECONDS} s: ${counted(tokens, 'new token')} without it, ${counted(calls, 'call')}, ${failed} failed calls`;
  }

  close(): void {
    this.change.end();
  }
}
