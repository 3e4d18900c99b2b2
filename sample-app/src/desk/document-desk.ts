import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { providerTitles } from '../config/providers.js';
import type { DocumentProgress, IncomingDocument, StepProgress } from './document.js';
import type { DeskStep } from './desk-step.js';

/** DI token of the stages. The steps of one stage run concurrently; the stages run in order. */
export const DESK_STAGES = Symbol('DESK_STAGES');

/** Processes documents with the providers. Keeps their progress in memory. */
@Injectable()
export class DocumentDesk implements OnModuleDestroy {
  private readonly progressById = new Map<string, DocumentProgress>();
  private readonly pending = new Set<Promise<void>>();
  private readonly stopping = new AbortController();

  constructor(@Inject(DESK_STAGES) private readonly stages: DeskStep[][]) {}

  /** Accepts a document and returns at once; processing continues. */
  accept(name: string, content: Buffer): DocumentProgress {
    const document: IncomingDocument = { id: randomUUID(), name, content };
    const steps = this.stages.flat().map((step): StepProgress => ({
      step: step.name,
      provider: providerTitles[step.provider],
      state: 'waiting',
    }));
    const progress: DocumentProgress = {
      id: document.id,
      name,
      receivedAt: new Date().toISOString(),
      state: 'in progress',
      steps,
    };
    this.progressById.set(document.id, progress);

    const work = this.work(document, progress).finally(() => this.pending.delete(work));
    this.pending.add(work);
    return progress;
  }

  find(id: string): DocumentProgress | undefined {
    return this.progressById.get(id);
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
