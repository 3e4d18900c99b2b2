import type { TenantName } from '../config/tenants.js';

/** An uploaded document. */
export interface IncomingDocument {
  id: string;
  name: string;
  content: Buffer;
}

type StepState = 'waiting' | 'running' | 'done' | 'failed';

/** Progress of one step. */
export interface StepProgress {
  step: string;
  provider: string;
  state: StepState;
  /** Result of the step, or the reason of its failure. */
  message?: string;
}

/** Progress of a document. */
export interface DocumentProgress {
  id: string;
  name: string;
  /** Tenant that sent the document, if the sender named one. */
  tenant?: TenantName;
  receivedAt: string;
  /** `failed` if all steps have ended and at least one failed. */
  state: 'in progress' | 'done' | 'failed';
  steps: StepProgress[];
}
