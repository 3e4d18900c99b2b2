import type { ProviderName } from '../config/providers.js';
import type { IncomingDocument } from './document.js';

/** One step of processing a document, with one provider. */
export interface DeskStep {
  readonly name: string;
  readonly provider: ProviderName;
  /** Resolves to a description of the result. */
  run(document: IncomingDocument, signal: AbortSignal): Promise<string>;
}
