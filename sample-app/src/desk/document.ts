/** A document as it was handed in. */
export interface IncomingDocument {
  id: string;
  name: string;
  content: Buffer;
}

type StepState = 'waiting' | 'running' | 'done' | 'failed';

/** How far one step is. */
export interface StepProgress {
  step: string;
  provider: string;
  state: StepState;
  /** What came out, or why it failed. */
  message?: string;
}

/** How far a document is. */
export interface DocumentProgress {
  id: string;
  name: string;
  receivedAt: string;
  /** `failed` if any step did, once all have ended. */
  state: 'in progress' | 'done' | 'failed';
  steps: StepProgress[];
}
