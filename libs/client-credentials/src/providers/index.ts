export { fuuffy } from './fuuffy.js';
export type { FuuffyOptions } from './fuuffy.js';
export { fyma } from './fyma.js';
export type { PresetOptions } from './preset.js';
export { resistantDocuments } from './resistant-documents.js';
export type { ResistantDocumentsOptions } from './resistant-documents.js';
export { signeasy } from './signeasy.js';
export { smartDocumentor } from './smart-documentor.js';
