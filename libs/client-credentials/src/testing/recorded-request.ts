import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { JsonValue } from '../config/dialect.js';
import { parseForm } from './form.js';
import { parseJsonObject } from './json-object.js';

/** A received request, for assertions. Contains the credentials as sent: do not log it. */
export interface RecordedRequest {
  /** HTTP method in upper case. */
  readonly method: string;
  /** Path as sent, without the query. */
  readonly path: string;
  /** Request target as sent: path and query. */
  readonly url: string;
  /** Decoded query; a repeated parameter has an array. */
  readonly query: Record<string, string | string[]>;
  /** Header values by lower-case header name. */
  readonly headers: IncomingHttpHeaders;
  /** Header names and values in turn, exactly as sent. */
  readonly rawHeaders: readonly string[];
  /** The bytes of the body. */
  readonly body: Buffer;
  /** The body as UTF-8. */
  readonly text: string;
  /**
   * Parameters by the names under which they were sent.
   *
   * Read from a form or JSON body by its content type, or from the query if there is no body.
   */
  readonly parameters: Record<string, JsonValue>;
  /** Instant of arrival by the server's clock (epoch ms). */
  readonly at: number;
  /** HTTP status of the response; `undefined` if no response was sent (yet). */
  readonly status: number | undefined;
}

/** A {@link RecordedRequest} to the API. */
export interface ApiRequest extends RecordedRequest {
  /** Access token in the place that the dialect names, valid or not. */
  readonly token: string | undefined;
}

/**
 * Reads a whole request and records it.
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
 * Media type of a body in lower case, without parameters.
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
