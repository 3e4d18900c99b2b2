import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { JsonValue } from '../config/dialect.js';
import { parseForm } from './form.js';
import { parseJsonObject } from './json-object.js';

/** A request as it arrived, kept for assertions. It holds credentials as they were sent: do not log it. */
export interface RecordedRequest {
  /** Upper case. */
  readonly method: string;
  /** The path as it was sent, without the query. */
  readonly path: string;
  /** The request target as it was sent: path and query. */
  readonly url: string;
  /** The decoded query; a repeated parameter is an array. */
  readonly query: Record<string, string | string[]>;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, exactly as they were sent. */
  readonly rawHeaders: readonly string[];
  /** The bytes of the body. */
  readonly body: Buffer;
  /** The body as UTF-8. */
  readonly text: string;
  /**
   * The parameters under the names they were sent under: the fields of a form or of a JSON object, by the body's
   * content type; those of the query where there is no body.
   */
  readonly parameters: Record<string, JsonValue>;
  /** When it had arrived, by the server's clock (epoch ms). */
  readonly at: number;
  /** The status it was answered with; `undefined` as long as, or because, no answer was given. */
  readonly status: number | undefined;
}

/** A {@link RecordedRequest} to the API. */
export interface ApiRequest extends RecordedRequest {
  /** The access token it carried where the dialect puts one, whether it was good or not. */
  readonly token: string | undefined;
}

/**
 * Reads a request to its end and makes a record of it.
 *
 * @internal
 */
export async function record(
  request: IncomingMessage,
  response: ServerResponse,
  now: () => number,
): Promise<RecordedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const text = body.toString('utf8');
  const url = request.url ?? '/';
  const queryStart = url.indexOf('?');
  const query = parseForm(queryStart === -1 ? '' : url.slice(queryStart + 1));
  return {
    method: request.method ?? 'GET',
    path: queryStart === -1 ? url : url.slice(0, queryStart),
    url,
    query,
    headers: request.headers,
    rawHeaders: request.rawHeaders,
    body,
    text,
    parameters: body.length === 0 ? query : parametersOf(text, mediaType(request.headers)),
    at: now(),
    get status(): number | undefined {
      return response.headersSent ? response.statusCode : undefined;
    },
  };
}

/**
 * The media type of a body in lower case, without its parameters.
 *
 * @internal
 */
export function mediaType(headers: IncomingHttpHeaders): string | undefined {
  return headers['content-type']?.split(';')[0]?.trim().toLowerCase();
}

function parametersOf(text: string, type: string | undefined): Record<string, JsonValue> {
  if (type === 'application/x-www-form-urlencoded') return parseForm(text);
  return (type === 'application/json' && parseJsonObject(text)) || {};
}
