import type { RecordedRequest } from './recorded-request.js';
import type { ScriptedAnswer } from './scripted-answer.js';

/**
 * One of the server's two listeners, with its recorded requests and scripted responses.
 *
 * @example
 * ```ts
 * server.tokenEndpoint.failNext(2);                                       // 503 twice, then tokens again
 * server.tokenEndpoint.failNext(1, { status: 429, headers: { 'retry-after': '1' } });
 * server.tokenEndpoint.answerNext(1, { body: { data: null } });           // a 200 without a token
 * server.api.failNext(1, 'reset');
 * ```
 */
export interface Endpoint<R extends RecordedRequest = RecordedRequest> {
  /** URL of the listener; the token endpoint's URL has a path. */
  readonly url: string;
  /** Every received request, in order of arrival, including held and refused requests. */
  readonly requests: readonly R[];
  /**
   * Scripts the response of the next requests. Several calls form a queue.
   *
   * @param times - number of requests; `Infinity` lasts until {@link Endpoint.recover}
   */
  answerNext(times: number, answer: ScriptedAnswer<R>): void;
  /** Like {@link Endpoint.answerNext}, for faults: the default is one 503, as is a response without a status. */
  failNext(times?: number, fault?: ScriptedAnswer<R>): void;
  /** Clears the queue of {@link Endpoint.answerNext} and {@link Endpoint.failNext}. */
  recover(): void;
  /** Holds further requests: recorded at once, checked and answered only after {@link Endpoint.release}. */
  hold(): void;
  /** Answers the held requests in order of arrival, and holds no more. */
  release(): void;
  /**
   * Resolves with all requests once at least `count` have arrived since the start.
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
