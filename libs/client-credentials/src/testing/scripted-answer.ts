import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { RecordedRequest } from './recorded-request.js';

/** Answers a request. A thrown error becomes a 500 response with its message. */
export type RequestHandler<R extends RecordedRequest = RecordedRequest> = (
  request: R,
  response: ServerResponse,
) => void | Promise<void>;

/** A response that does not depend on the request. */
export interface RawAnswer {
  /**
   * HTTP status.
   *
   * @defaultValue 200 for `answerNext`, 503 for `failNext`
   */
  status?: number;
  /** Headers. An object as `body` sets `content-type: application/json`, unless this option has a content type. */
  headers?: OutgoingHttpHeaders;
  /** Body; an object is sent as JSON. */
  body?: string | Buffer | object;
  /** Milliseconds to wait before the response. */
  delayMs?: number;
  /**
   * Sends the body slowly: `bytes` (default 1) every `everyMs` milliseconds, so that the connection is never idle.
   *
   * Without a body, blanks are sent endlessly.
   */
  drip?: { everyMs: number; bytes?: number };
}

/** A redirect. */
export interface RedirectAnswer {
  /** Value of the `Location` header. */
  redirectTo: string;
  /**
   * HTTP status: 301, 302, 303, 307 or 308.
   *
   * @defaultValue 302
   */
  status?: number;
}

/**
 * Scripted behaviour of an endpoint for one request.
 *
 * - an object: this response or redirect
 * - `'hang'`: no response, while the connection stays open
 * - `'reset'`: the connection is reset
 * - `'usual'`: the endpoint's own behaviour, to let requests pass before a fault
 * - a function: answers the request
 */
export type ScriptedAnswer<R extends RecordedRequest = RecordedRequest> =
  RawAnswer | RedirectAnswer | 'hang' | 'reset' | 'usual' | RequestHandler<R>;

/**
 * Answers a request as scripted.
 *
 * @internal
 */
export async function perform<R extends RecordedRequest>(
  answer: ScriptedAnswer<R>,
  request: R,
  response: ServerResponse,
  handle: RequestHandler<R>,
): Promise<void> {
  if (answer === 'hang') return;
  if (answer === 'reset') response.req.socket.resetAndDestroy();
  else if (answer === 'usual') await handle(request, response);
  else if (typeof answer === 'function') await answer(request, response);
  else if ('redirectTo' in answer) redirect(answer, response);
  else await sendRaw(answer, response);
}

/**
 * Sends a described response.
 *
 * @internal
 */
export async function sendRaw(answer: RawAnswer, response: ServerResponse): Promise<void> {
  const { status = 200, headers = {}, body, delayMs, drip } = answer;
  if (delayMs !== undefined) await pause(delayMs, response);
  if (response.destroyed) return;
  response.statusCode = status;
  const isJson = typeof body === 'object' && !Buffer.isBuffer(body);
  if (isJson) response.setHeader('content-type', 'application/json');
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) response.setHeader(name, value);
  }
  const content = isJson ? JSON.stringify(body) : body;
  if (drip === undefined) {
    response.end(content);
    return;
  }
  for (const chunk of chunksOf(content, drip.bytes ?? 1)) {
    response.write(chunk);
    await pause(drip.everyMs, response);
    if (response.destroyed) return;
  }
  response.end();
}

function redirect({ redirectTo, status = 302 }: RedirectAnswer, response: ServerResponse): void {
  response.writeHead(status, { location: redirectTo }).end();
}

/** The content in pieces; endless blanks without content. */
function* chunksOf(content: string | Buffer | undefined, bytes: number): Generator<Buffer> {
  if (content === undefined) while (true) yield Buffer.alloc(bytes, ' ');
  const buffer = Buffer.from(content);
  for (let start = 0; start < buffer.length; start += bytes) yield buffer.subarray(start, start + bytes);
}

/** Waits, at most until the connection closes: a longer timer would keep the test process alive. */
async function pause(ms: number, response: ServerResponse): Promise<void> {
  if (response.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      response.off('close', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    response.once('close', done);
  });
}
