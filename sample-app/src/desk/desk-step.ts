import type { ProviderName } from '../config/providers.js';
import type { IncomingDocument } from './document.js';

/** One thing the desk has done to a document, by one provider. */
export interface DeskStep {
  readonly name: string;
  readonly provider: ProviderName;
  /** Resolves to what came out, in words. */
  run(document: IncomingDocument, signal: AbortSignal): Promise<string>;
}
