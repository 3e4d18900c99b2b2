import { Injectable } from '@nestjs/common';
import { SandboxControls, type ShownControl } from '../controls/sandbox-controls.js';
import { DocumentDesk } from '../desk/document-desk.js';
import type { DocumentProgress, StepProgress } from '../desk/document.js';

/** A document as the page shows it. */
export interface ShownDocument {
  title: string;
  state: DocumentProgress['state'];
  steps: string[];
}

/** What the desk's part of the page shows. */
export interface PanelState {
  latest: string;
  controls: ShownControl[];
  documents: ShownDocument[];
}

/** The desk's part of the page. */
@Injectable()
export class Panel {
  constructor(
    private readonly controls: SandboxControls,
    private readonly desk: DocumentDesk,
  ) {}

  state(): PanelState {
    return {
      latest: this.controls.latest,
      controls: this.controls.list(),
      documents: this.desk.latest().map(shown),
    };
  }
}

function shown({ name, tenant, state, steps }: DocumentProgress): ShownDocument {
  return { title: tenant === undefined ? name : `${name}, of ${tenant}`, state, steps: steps.map(stepText) };
}

const SIGNS: Record<StepProgress['state'], string> = { waiting: '·', running: '…', done: '✓', failed: '✗' };

function stepText({ step, provider, state, message }: StepProgress): string {
  return `${SIGNS[state]} ${step}, ${provider}: ${message ?? state}`;
}
