import type { RecordedRequest } from './recorded-request.js';
import type { ScriptedAnswer } from './scripted-answer.js';

/**
 * One of the two listeners of the server: what arrived there, and what it is to do next.
 *
 * @example
 * ```ts
 * server.tokenEndpoint.failNext(2);                                       // 503 twice, then tokens again
 * server.tokenEndpoint.failNext(1, { status: 429, headers: { 'retry-after': '1' } });
 * server.tokenEndpoint.answerNext(1, { body: { data: null } });           // a 200 that holds no token
 * server.api.failNext(1, 'reset');
 * ```
 */
export interface Endpoint<R extends RecordedRequest = RecordedRequest> {
  /** The address: of the token endpoint with its path, of the API without one. */
  readonly url: string;
  /** Every request that arrived, whatever became of it, in the order of arrival. */
  readonly requests: readonly R[];
  /**
   * Answers the next requests in this way. Calls add up: each waits for those before it to be used up. `Infinity`
   * lasts until {@link Endpoint.recover}.
   */
  answerNext(times: number, answer: ScriptedAnswer<R>): void;
  /** As {@link Endpoint.answerNext}, for faults: an answer without a status is a 503, as is the default. */
  failNext(times?: number, fault?: ScriptedAnswer<R>): void;
  /** Forgets what is left of {@link Endpoint.answerNext} and {@link Endpoint.failNext}. */
  recover(): void;
  /** Parks requests from now on: they are recorded, and neither checked nor answered before {@link Endpoint.release}. */
  hold(): void;
  /** Lets go of the parked requests, in the order of arrival, and parks no more. */
  release(): void;
  /**
   * Resolves with all requests once so many have arrived since the start.
   *
   * @example
   * ```ts
   * server.tokenEndpoint.hold();
   * const calls = [client.getToken(), client.getToken()];
   * await server.tokenEndpoint.received(1);
   * server.tokenEndpoint.release();
   * ```
   */
  received(count: number): Promise<readonly R[]>;
}
