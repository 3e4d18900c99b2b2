export { instrumentTokens } from './instrument-tokens.js';
export type { InstrumentableManager, InstrumentTokensOptions } from './instrument-tokens.js';
