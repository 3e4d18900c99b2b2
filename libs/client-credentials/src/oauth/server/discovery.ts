import { elapsedMs, type InstantClock, type Instant } from '../../base/clock.js';
import type { Provider } from '../../config/resolve.js';
import { Deadline } from '../../base/abort.js';
import { unreachableIssuer, type ErrorContext } from '../connection-errors.js';
import { contradicted, noMetadata } from '../errors.js';
import { parseJson, type TokenResponse } from '../response-body.js';
import { isTransientStatus } from '../retry.js';
import {
  contradictionOf,
  documentOf,
  isSameIssuer,
  metadataOf,
  metadataUrlsOf,
  type ServerMetadata,
} from './metadata.js';

/** Fetches a document. Rejects if no response arrives. */
export type Fetch = (url: string, signal: AbortSignal) => Promise<TokenResponse>;

// Servers change their endpoints and methods rarely, and announce them in advance.
const FRESH_MS = 3_600_000;
// How long known metadata stay in use after a failed fetch.
const PAUSE_MS = 60_000;

const NO_RESPONSE: TokenResponse = { status: 404, headers: {}, text: '' };
const MAX_SHOWN_ISSUER_LENGTH = 200;

/** Metadata of an authorization server: one fetch for all callers, kept for an hour, longer if the next fetch fails. */
export class Discovery {
  readonly #provider: Provider;
  readonly #issuer: URL;
  readonly #clock: InstantClock;
  #cached: { metadata: ServerMetadata; until: { since: Instant; forMs: number } } | undefined;
  #pending: Promise<ServerMetadata> | undefined;

  constructor(provider: Provider, issuer: string, clock: InstantClock) {
    this.#provider = provider;
    this.#issuer = new URL(issuer);
    this.#clock = clock;
  }

  /**
   * Returns the cached metadata, or fetches them.
   *
   * @param signal - aborts the fetch when the manager closes; a caller's own signal must not end a shared fetch
   */
  async metadata(fetch: Fetch, signal: AbortSignal): Promise<ServerMetadata> {
    if (this.#cached !== undefined && this.#isFresh(this.#cached.until)) return this.#cached.metadata;
    this.#pending ??= this.#refresh(fetch, signal).finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /** Makes the next call fetch again: the known token endpoint did not respond or does not exist. */
  markStale(): void {
    const { metadata, until } = this.#cached ?? {};
    const isOld = until !== undefined && elapsedMs(until.since, this.#clock.instant()) >= PAUSE_MS;
    if (metadata !== undefined && isOld) this.#store(metadata, 0);
  }

  async #refresh(fetch: Fetch, signal: AbortSignal): Promise<ServerMetadata> {
    const deadline = new Deadline(this.#provider.timeoutMs, { parent: signal });
    try {
      const metadata = await this.#discover((url) => fetch(url, deadline.signal));
      this.#store(metadata, FRESH_MS);
      return metadata;
    } catch (error) {
      const known = this.#cached?.metadata;
      const isTransient = error instanceof Error && Reflect.get(error, 'retryable') === true;
      if (known === undefined || !isTransient) {
        this.#cached = undefined;
        throw error;
      }
      this.#store(known, PAUSE_MS);
      return known;
    } finally {
      deadline.clear();
    }
  }

  async #discover(fetch: (url: string) => Promise<TokenResponse>): Promise<ServerMetadata> {
    let last: TokenResponse | undefined;
    for (const url of metadataUrlsOf(this.#issuer)) {
      last = await this.#request(url, fetch);
      const document = last.status === 200 ? documentOf(parseJson(last.text)) : undefined;
      if (document !== undefined) return this.#validated(document);
      if (isTransientStatus(last.status)) break;
    }
    throw noMetadata(last ?? NO_RESPONSE, this.#context, this.#clock.now());
  }

  async #request(url: string, fetch: (url: string) => Promise<TokenResponse>): Promise<TokenResponse> {
    try {
      return await fetch(url);
    } catch (error) {
      throw unreachableIssuer(error, url, this.#context);
    }
  }

  #validated(document: Record<string, unknown>): ServerMetadata {
    const { issuer } = document;
    if (!isSameIssuer(issuer, this.#issuer)) {
      const found =
        typeof issuer === 'string' ? `'${issuer.slice(0, MAX_SHOWN_ISSUER_LENGTH)}'` : 'no issuer';
      throw contradicted(
        `issuer: the metadata at this URL belong to ${found}: check the URL, both values must be the same`,
        this.#context,
      );
    }
    const metadata = metadataOf(document);
    if (typeof metadata === 'string')
      throw contradicted(`issuer: the metadata at this URL ${metadata}`, this.#context);
    const contradiction = contradictionOf(this.#provider.config, metadata);
    if (contradiction !== undefined) throw contradicted(contradiction, this.#context);
    return metadata;
  }

  get #context(): ErrorContext {
    return { provider: this.#provider, secrets: [] };
  }

  #store(metadata: ServerMetadata, forMs: number): void {
    this.#cached = { metadata, until: { since: this.#clock.instant(), forMs } };
  }

  #isFresh({ since, forMs }: { since: Instant; forMs: number }): boolean {
    return elapsedMs(since, this.#clock.instant()) < forMs;
  }
}
