import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { providerTitles } from '../config/providers.js';
import { CameraList } from './camera-list.js';
import { DocumentReading } from './document-reading.js';
import type { DocumentProgress, IncomingDocument, StepProgress } from './document.js';
import type { DeskStep } from './desk-step.js';
import { FraudCheck } from './fraud-check.js';
import { PaperCopy } from './paper-copy.js';
import { SignatureRequest } from './signature-request.js';

/** Takes documents and has the providers work on them. It remembers them as long as it runs. */
@Injectable()
export class DocumentDesk implements OnModuleDestroy {
  private readonly progressById = new Map<string, DocumentProgress>();
  private readonly atWork = new Set<Promise<void>>();
  private readonly stopping = new AbortController();
  /** The steps of one stage run at the same time; the next stage begins when all have ended. */
  private readonly stages: DeskStep[][];

  constructor(
    check: FraudCheck,
    reading: DocumentReading,
    signature: SignatureRequest,
    paperCopy: PaperCopy,
    cameras: CameraList,
  ) {
    this.stages = [
      [check, reading, cameras],
      [signature, paperCopy],
    ];
  }

  /** Takes the document and returns at once; the work goes on. */
  accept(name: string, content: Buffer): DocumentProgress {
    const document: IncomingDocument = { id: randomUUID(), name, content };
    const steps = this.stages
      .flat()
      .map((step): StepProgress => ({
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
      entry.message = error instanceof Error ? error.message : String(error);
      entry.state = 'failed';
    }
  }
}
