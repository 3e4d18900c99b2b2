import { performance } from 'node:perf_hooks';
import type { TokenEventListener } from '../base/events.js';
import type { SnapshotRow } from '../token/snapshot.js';
import { entryPageOf, type EntryPage, type EntryQuery } from './entry-page.js';
import { rollUp, type ProviderRollup } from './provider-rollup.js';

/** What a board needs of a `TokenManager`. */
export interface BoardManager {
  /** Names of all registered providers. */
  readonly providers: readonly string[];
  /** Whether the manager was closed. */
  readonly isClosed?: boolean;
  /** One row per cached token. */
  snapshot(): SnapshotRow[];
  /** Calls the listener for every later event; returns a function that removes it. */
  onEvent(listener: TokenEventListener): () => void;
}

/** The state of all providers at one instant. */
export interface BoardState {
  /** Instant by the manager's clock, epoch milliseconds. */
  readonly at: number;
  readonly isClosed: boolean;
  readonly providers: readonly ProviderRollup[];
}

// A snapshot that costs more is taken less often, so that the board takes at most a twentieth of the process's time.
const MAX_SHARE = 1 / 20;
const CHEAP_MS = 5;

/** Reads a manager. A snapshot that costs much is used again for a while, whoever asks. */
export class BoardData {
  readonly #manager: BoardManager;
  #rows: SnapshotRow[] | undefined;
  #readAt = -Infinity;
  #pauseMs = 0;

  constructor(manager: BoardManager) {
    this.#manager = manager;
  }

  get isClosed(): boolean {
    return this.#manager.isClosed === true;
  }

  /** Milliseconds for which the last snapshot is used again. */
  get pauseMs(): number {
    return this.#pauseMs;
  }

  state(): BoardState {
    const rows = this.#snapshot();
    const at = rows[0]?.at ?? Date.now();
    return { at, isClosed: this.isClosed, providers: rollUp(this.#manager.providers, rows) };
  }

  /** A page of a provider's entries; `undefined` for an unknown provider. */
  entries(query: EntryQuery): EntryPage | undefined {
    return this.#manager.providers.includes(query.provider)
      ? entryPageOf(this.#snapshot(), query)
      : undefined;
  }

  #snapshot(): SnapshotRow[] {
    const now = performance.now();
    if (this.#rows !== undefined && now - this.#readAt < this.#pauseMs) return this.#rows;
    const rows = this.#manager.snapshot();
    const costMs = performance.now() - now;
    this.#pauseMs = costMs > CHEAP_MS ? costMs / MAX_SHARE : 0;
    this.#readAt = now;
    // Rows of a cheap snapshot are not kept: nobody reads them again.
    this.#rows = this.#pauseMs > 0 ? rows : undefined;
    return rows;
  }
}
