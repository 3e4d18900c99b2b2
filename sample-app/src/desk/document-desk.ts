import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { providerTitles } from '../config/providers.js';
import type { DocumentProgress, IncomingDocument, StepProgress } from './document.js';
import type { DeskStep } from './desk-step.js';

/**
 * DI token of what is done to a document. The steps of one stage run at the same time; the next stage begins when all
 * have ended.
 */
export const DESK_STAGES = Symbol('DESK_STAGES');

/** Takes documents and has the providers work on them. It remembers them as long as it runs. */
@Injectable()
export class DocumentDesk implements OnModuleDestroy {
  private readonly progressById = new Map<string, DocumentProgress>();
  private readonly atWork = new Set<Promise<void>>();
  private readonly stopping = new AbortController();

  constructor(@Inject(DESK_STAGES) private readonly stages: DeskStep[][]) {}

  /** Takes the document and returns at once; the work goes on. */
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

    const work = this.work(document, progress).finally(() => this.atWork.delete(work));
    this.atWork.add(work);
    return progress;
  }

  find(id: string): DocumentProgress | undefined {
    return this.progressById.get(id);
  }

  /** Stops polling and calling, and waits until nobody uses the clients any more. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort(new Error('The desk was stopped.'));
    await Promise.all(this.atWork);
  }

  private async work(document: IncomingDocument, progress: DocumentProgress): Promise<void> {
    for (const stage of this.stages) {
      await Promise.all(stage.map((step) => this.runStep(step, document, progress)));
    }
    progress.state = progress.steps.some(({ state }) => state === 'failed') ? 'failed' : 'done';
  }

  /** Never rejects: a step that fails is shown as failed, and the others go on. */
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
