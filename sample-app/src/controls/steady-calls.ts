import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { Calls, type CallOutcome } from './calls.js';

const INTERVAL_MS = 500;

/** A call to each provider twice a second, so that tokens are renewed as in an application in use. */
@Injectable()
export class SteadyCalls implements OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private readonly pending = new Set<Promise<unknown>>();
  private isClosed = false;
  private total: CallOutcome = { calls: 0, failed: 0 };

  constructor(private readonly calls: Calls) {}

  get isRunning(): boolean {
    return this.timer !== undefined;
  }

  start(): void {
    if (!this.isClosed) this.timer ??= setInterval(() => this.tick(), INTERVAL_MS);
  }

  /** Stops, and waits for the calls on their way. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    await Promise.all(this.pending);
  }

  /** Runs work without steady calls beside it. */
  async without<T>(work: () => Promise<T>): Promise<T> {
    const wasRunning = this.isRunning;
    await this.stop();
    try {
      return await work();
    } finally {
      if (wasRunning) this.start();
    }
  }

  /** Runs work with steady calls beside it, and counts the calls that began meanwhile. */
  async during(work: () => Promise<void>): Promise<CallOutcome> {
    const wasRunning = this.isRunning;
    await this.stop();
    this.total = { calls: 0, failed: 0 };
    this.start();
    this.tick();
    await work();
    await this.stop();
    const { total } = this;
    if (wasRunning) this.start();
    return total;
  }

  async onModuleDestroy(): Promise<void> {
    this.isClosed = true;
    await this.stop();
  }

  private tick(): void {
    const round = this.callAll();
    this.pending.add(round);
    void round.finally(() => this.pending.delete(round));
  }
  private async callAll(): Promise<void> {
    const { calls, failed } = await this.calls.toAll(1);
    this.total = { calls: this.total.calls + calls, failed: this.total.failed + failed };
  }
}
