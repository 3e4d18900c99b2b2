import { setTimeout as wait } from 'node:timers/promises';
import type { Sandbox } from '../sandbox/sandbox.js';
import type { Calls } from './calls.js';
import { counted, type Control } from './control.js';
import type { SteadyCalls } from './steady-calls.js';
import { tokenRequestsOf } from './token-requests.js';

const OUTAGE_SECONDS = 10;
/** Life that a token needs to outlive the outage, with some to spare. */
const NEEDED_SECONDS = OUTAGE_SECONDS + 4;

/** Lets all token endpoints answer 503 while calls go on. */
export class Outage implements Control {
  readonly id = 'outage';
  readonly label = `Answer 503 for ${OUTAGE_SECONDS} s`;
  readonly hint = 'All token endpoints fail. Calls go on: tokens are renewed early enough to outlive it.';
  private readonly closing = new AbortController();

  constructor(
    private readonly sandbox: Sandbox,
    private readonly calls: Calls,
    private readonly steady: SteadyCalls,
  ) {}

  async run(say: (sentence: string) => void): Promise<string> {
    const clients = this.calls.tokenClients();
    await Promise.all(clients.map((client) => client.getToken({ minRemainingSeconds: NEEDED_SECONDS })));
    say(`outage of ${OUTAGE_SECONDS} s begins, calls go on`);
    this.set(true);
    const before = tokenRequestsOf(this.sandbox);
    const { calls, failed } = await this.steady.during(async () => {
      await wait(OUTAGE_SECONDS * 1_000, undefined, { signal: this.closing.signal }).catch(() => undefined);
    });
    this.set(false);
    const refused = tokenRequestsOf(this.sandbox) - before;
    return `outage of ${OUTAGE_SECONDS} s: ${counted(failed, 'failed call')}, ${calls - failed} answered, while ${counted(refused, 'token request')} got 503`;
  }

  close(): void {
    this.closing.abort();
  }

  private set(isOn: boolean): void {
    for (const { outage } of Object.values(this.sandbox)) outage.isOn = isOn;
  }
}
