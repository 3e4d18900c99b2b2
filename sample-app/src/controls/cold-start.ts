import { setTimeout as wait } from 'node:timers/promises';
import type { TokenManager } from 'nestjs-client-credentials';
import type { SandboxProvider } from '../sandbox/sandbox-provider.js';
import type { Calls } from './calls.js';
import { counted, type Control } from './control.js';
import type { SteadyCalls } from './steady-calls.js';

const CALLERS = 50;
const POLL_INTERVAL_MS = 10;

/** Drops Fyma's token, and lets 50 callers call at once. */
export class ColdStart implements Control {
  readonly id = 'cold-start';
  readonly label = `Let ${CALLERS} callers start cold`;
  readonly hint = 'The token of Fyma is dropped, then all call at once.';

  constructor(
    private readonly parts: {
      tokens: TokenManager;
      calls: Calls;
      steady: SteadyCalls;
      fyma: SandboxProvider;
    },
  ) {}

  run(): Promise<string> {
    const { calls, steady, fyma } = this.parts;
    return steady.without(async () => {
      await this.dropToken();
      const before = fyma.counts.tokenRequests;
      const { failed } = await calls.toCameras(CALLERS);
      const requests = fyma.counts.tokenRequests - before;
      return `${counted(CALLERS, 'call')}, ${counted(requests, 'token request')}${failed === 0 ? '' : `, ${failed} failed`}`;
    });
  }

  private async dropToken(): Promise<void> {
    const source = this.parts.tokens.source('fyma');
    const token = await source.getToken();
    while (this.isRefreshing()) await wait(POLL_INTERVAL_MS);
    await source.invalidate(source.peek() ?? token);
  }

  /** Whether a renewal is on its way, whose token would come too early. */
  private isRefreshing(): boolean {
    return this.parts.tokens
      .snapshot()
      .some(({ provider, state }) => provider === 'fyma' && state === 'refreshing');
  }
}
