import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { providerTitles } from '../config/providers.js';
import type { TenantName } from '../config/tenants.js';
import { RecentMap } from '../recent-map.js';
import type { DocumentProgress, IncomingDocument, StepProgress } from './document.js';
import type { DeskStep } from './desk-step.js';

/** DI token of the stages. The steps of one stage run concurrently; the stages run in order. */
export const DESK_STAGES = Symbol('DESK_STAGES');

/** Number of documents that the page shows. */
const LATEST = 2;

/** How long, and of how many documents, the progress is kept after the end. */
const FINISHED = { keptMs: 600_000, max: 1_000 };

/** Processes documents with the providers. Keeps their progress in memory, and forgets finished documents after ten minutes. */
@Injectable()
export class DocumentDesk implements OnModuleDestroy {
  private readonly logger = new Logger('Desk');
  private readonly inProgress = new Map<string, DocumentProgress>();
  private readonly finished = new RecentMap<DocumentProgress>(FINISHED);
  private latestIds: string[] = [];
  private readonly pending = new Set<Promise<void>>();
  private readonly stopping = new AbortController();

  constructor(@Inject(DESK_STAGES) private readonly stages: DeskStep[][]) {
    // Each call of each document listens to the signal; Node warns of more than ten listeners.
    setMaxListeners(0, this.stopping.signal);
  }

  /** Accepts a document and returns at once; processing continues. */
  accept(name: string, content: Buffer, tenant?: TenantName): DocumentProgress {
    const document: IncomingDocument = { id: randomUUID(), name, content };
    const steps = this.stages.flat().map((step): StepProgress => ({
      step: step.name,
      provider: providerTitles[step.provider],
      state: 'waiting',
    }));
    const progress: DocumentProgress = {
      id: document.id,
      name,
      ...(tenant !== undefined && { tenant }),
      receivedAt: new Date().toISOString(),
      state: 'in progress',
      steps,
    };
    this.inProgress.set(document.id, progress);
    this.latestIds = [document.id, ...this.latestIds].slice(0, LATEST);

    const work = this.work(document, progress).finally(() => this.pending.delete(work));
    this.pending.add(work);
    return progress;
  }

  find(id: string): DocumentProgress | undefined {
    return this.inProgress.get(id) ?? this.finished.get(id);
  }

  /** The latest documents, the newest first. */
  latest(): DocumentProgress[] {
    return this.latestIds.flatMap((id) => this.find(id) ?? []);
  }

  /** Aborts all steps and waits until they have ended. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort(new Error('The desk was stopped.'));
    await Promise.all(this.pending);
  }

  private async work(document: IncomingDocument, progress: DocumentProgress): Promise<void> {
    for (const stage of this.stages) {
      await Promise.all(stage.map((step) => this.runStep(step, document, progress)));
    }
    progress.state = progress.steps.some(({ state }) => state === 'failed') ? 'failed' : 'done';
    this.inProgress.delete(progress.id);
    this.finished.set(progress.id, progress);
    this.logger.log(`${JSON.stringify(progress.name)}: ${progress.state}`);
  }

  /** Runs a step. Never rejects: a failed step is shown as failed, and the other steps continue. */
  private async runStep(
    step: DeskStep,
    document: IncomingDocument,
    progress: DocumentProgress,
  ): Promise<void> {
    const entry = progress.steps.find((candidate) => candidate.step === step.name);
    if (entry === undefined) return;
    entry.state = 'running';
    try {
      this.stopping.signal.throwIfAborted();
      entry.message = await step.run(document, this.stopping.signal);
      entry.state = 'done';
    } catch (error) {
      const cause: unknown = this.stopping.signal.aborted ? this.stopping.signal.reason : error;
      entry.message = cause instanceof Error ? cause.message : String(cause);
      entry.state = 'failed';
    }
  }
}
