import { createSandboxClient, type SandboxProvider } from '../sandbox/sandbox-provider.js';
import type { Calls } from './calls.js';
import { CHANGE_SECONDS, counted, type Control } from './control.js';
import { TimedChange } from './timed-change.js';

const CALLS_EACH = 5;

/** Gives SmartDocumentor's client a new secret, which ends the former one at once; the desk's function reads the new one. */
export class RotateSecret implements Control {
  readonly id = 'rotate';
  readonly label = 'Rotate a secret';
  readonly hint = `SmartDocumentor accepts a new secret alone; after ${CHANGE_SECONDS} s the former one.`;
  private readonly change: TimedChange;

  constructor(
    private readonly smartDocumentor: SandboxProvider,
    private readonly calls: Calls,
    private readonly announce: () => Promise<void>,
  ) {
    const { clientSecret: former } = smartDocumentor.client;
    this.change = new TimedChange(() => {
      smartDocumentor.client.clientSecret = former;
      void announce().catch(() => undefined);
    });
  }

  async run(): Promise<string> {
    this.smartDocumentor.client.clientSecret = createSandboxClient('body').clientSecret;
    this.change.begin();
    await this.announce();
    // Ends the wait for the next renewal.
    await this.calls.clientOf('smartDocumentor').getToken({ forceRefresh: true });
    const { calls, failed } = await this.calls.toAll(CALLS_EACH);
    return `secret rotated: the next token request used the new one, ${counted(calls, 'call')}, ${failed} failed calls`;
  }

  close(): void {
    this.change.end();
  }
}
