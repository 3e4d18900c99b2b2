import { elapsedMs, type InstantClock, type Instant } from '../../base/clock.js';
import type { Provider } from '../../config/resolve.js';
import { Deadline } from '../../base/abort.js';
import type { ErrorContext } from '../errors.js';
import { contradicted, noMetadata, unreachableIssuer } from '../errors.js';
import { parseJson, type TokenResponse } from '../response-body.js';
import { isTransientStatus } from '../retry.js';
import { contradictionOf, documentOf, metadataOf, type ServerMetadata } from './metadata.js';

/** Fetches a document. Rejects when no answer comes. */
export type Fetch = (url: string, signal: AbortSignal) => Promise<TokenResponse>;

// Endpoints move once in years; methods are announced before they are asked for.
const FRESH_MS = 3_600_000;
// After a failure what was known is used for so long.
const PAUSE_MS = 60_000;

// OpenID Connect first, since nearly every server has it; RFC 8414 §3 for the others.
const LOCATIONS = ['oidc', 'oauth2'] as const;
const JSON_TYPE = { 'content-type': 'application/json' };
const NO_ANSWER: TokenResponse = { status: 404, headers: {}, text: '' };
const MAX_SHOWN = 200;

/** What a server announces of itself: fetched once for all callers, kept for an hour, and longer if it cannot be had again. */
export class Discovery {
  readonly #provider: Provider;
  readonly #issuer: URL;
  readonly #clock: InstantClock;
  #known: { metadata: ServerMetadata; until: { since: Instant; forMs: number } } | undefined;
  #flight: Promise<ServerMetadata> | undefined;

  constructor(provider: Provider, issuer: string, clock: InstantClock) {
    this.#provider = provider;
    this.#issuer = new URL(issuer);
    this.#clock = clock;
  }

  /**
   * The server's metadata.
   *
   * @param signal - aborted when nobody can use it any more; one caller's patience is that caller's own
   */
  async metadata(fetch: Fetch, signal: AbortSignal): Promise<ServerMetadata> {
    if (this.#known !== undefined && this.#isFresh(this.#known.until)) return this.#known.metadata;
    this.#flight ??= this.#refresh(fetch, signal).finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }

  /** Looks again before the next use: what is known has led nowhere. */
  markStale(): void {
    const { metadata, until } = this.#known ?? {};
    const isOld = until !== undefined && elapsedMs(until.since, this.#clock.instant()) >= PAUSE_MS;
    if (metadata !== undefined && isOld) this.#keep(metadata, 0);
  }

  async #refresh(fetch: Fetch, signal: AbortSignal): Promise<ServerMetadata> {
    const deadline = new Deadline(this.#provider.timeoutMs, { parent: signal });
    try {
      const metadata = await this.#discover((url) => fetch(url, deadline.signal));
      this.#keep(metadata, FRESH_MS);
      return metadata;
    } catch (error) {
      const known = this.#known?.metadata;
      const isPassing = error instanceof Error && Reflect.get(error, 'retryable') === true;
      if (known === undefined || !isPassing) {
        this.#known = undefined;
        throw error;
      }
      this.#keep(known, PAUSE_MS);
      return known;
    } finally {
      deadline.clear();
    }
  }

  async #discover(fetch: (url: string) => Promise<TokenResponse>): Promise<ServerMetadata> {
    let last: TokenResponse | undefined;
    for (const algorithm of LOCATIONS) {
      const { answer, response } = await this.#request(algorithm, fetch);
      const document = answer.status === 200 ? documentOf(parseJson(answer.text)) : undefined;
      if (document !== undefined) return this.#checked(document, response);
      last = answer;
      if (isTransientStatus(answer.status)) break;
    }
    throw noMetadata(last ?? NO_ANSWER, this.#context, this.#clock.now());
  }

  async #request(
    algorithm: (typeof LOCATIONS)[number],
    fetch: (url: string) => Promise<TokenResponse>,
  ): Promise<{ answer: TokenResponse; response: Response }> {
    const { allowInsecureRequests, customFetch, discoveryRequest } = await import('oauth4webapi');
    let answer = NO_ANSWER;
    try {
      const response = await discoveryRequest(this.#issuer, {
        algorithm,
        // That it is loopback then was seen to when the configuration was checked.
        [allowInsecureRequests]: true,
        [customFetch]: async (url: string) => {
          answer = await fetch(url);
          const { status, text } = answer;
          // What its content type says does not matter, as with tokens.
          return new Response(status === 200 ? text : null, { status, headers: JSON_TYPE });
        },
      });
      return { answer, response };
    } catch (error) {
      throw unreachableIssuer(error, this.#context);
    }
  }

  async #checked(document: Record<string, unknown>, response: Response): Promise<ServerMetadata> {
    const { processDiscoveryResponse } = await import('oauth4webapi');
    try {
      await processDiscoveryResponse(this.#issuer, response);
    } catch {
      const { issuer } = document;
      const named = typeof issuer === 'string' ? `'${issuer.slice(0, MAX_SHOWN)}'` : 'nobody';
      throw contradicted(
        `issuer: the metadata found there is that of ${named}: the two must be the same`,
        this.#context,
      );
    }
    const metadata = metadataOf(document);
    if (typeof metadata === 'string') throw contradicted(`issuer: its metadata ${metadata}`, this.#context);
    const contradiction = contradictionOf(this.#provider.config, metadata);
    if (contradiction !== undefined) throw contradicted(contradiction, this.#context);
    return metadata;
  }

  get #context(): ErrorContext {
    return { provider: this.#provider, secrets: [] };
  }

  #keep(metadata: ServerMetadata, forMs: number): void {
    this.#known = { metadata, until: { since: this.#clock.instant(), forMs } };
  }

  #isFresh({ since, forMs }: { since: Instant; forMs: number }): boolean {
    return elapsedMs(since, this.#clock.instant()) < forMs;
  }
}
