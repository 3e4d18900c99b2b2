import type { AxiosAdapter } from 'axios';
import { asObject } from '../base/objects.js';
import { transportOf, type NamedAdapter } from '../http/axios/transport.js';

/** One request to the authorization server, and what its response says. */
export interface ObservedRequest {
  readonly url: string;
  durationMs: number;
  /** HTTP status; `undefined` without a response. */
  status: number | undefined;
  /** Instant in the response's `Date` minus that of this machine, in milliseconds. @see RFC 9110 §6.6.1 */
  clockDifferenceMs: number | undefined;
}

// `Date` has whole seconds, rounded down: half a second late on average.
const HALF_A_SECOND_MS = 500;

/** Records the requests that a client sends to the authorization server, without a part of them that is secret. */
export class ObservedRequests {
  readonly requests: ObservedRequest[] = [];
  /** Sends a request as the given adapter does, and records it. */
  readonly adapter: AxiosAdapter;
  readonly #now: () => number;

  constructor(given: NamedAdapter, now: () => number) {
    this.#now = now;
    const transport = transportOf(given ?? 'http');
    this.adapter = async (config) => {
      const startedAt = performance.now();
      const request: ObservedRequest = {
        url: withoutQuery(config.url ?? ''),
        durationMs: 0,
        status: undefined,
        clockDifferenceMs: undefined,
      };
      this.requests.push(request);
      try {
        const response = await transport(config).adapter(config);
        request.status = response.status;
        request.clockDifferenceMs = this.#clockDifferenceOf(response.headers);
        return response;
      } finally {
        request.durationMs = performance.now() - startedAt;
      }
    };
  }

  #clockDifferenceOf(headers: unknown): number | undefined {
    const entry = Object.entries(asObject(headers)).find(([name]) => name.toLowerCase() === 'date');
    const date = typeof entry?.[1] === 'string' ? Date.parse(entry[1]) : Number.NaN;
    return Number.isFinite(date) ? date + HALF_A_SECOND_MS - this.#now() : undefined;
  }
}

/** An address without its query, which may hold a secret. */
export function withoutQuery(address: string): string {
  if (!URL.canParse(address)) return '';
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`;
}
