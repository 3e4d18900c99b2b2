import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { RecordedRequest } from './recorded-request.js';

/** Answers a request itself. What it throws is answered as a 500 that says so. */
export type RequestHandler<R extends RecordedRequest = RecordedRequest> = (
  request: R,
  response: ServerResponse,
) => void | Promise<void>;

/** An answer that does not depend on the request. */
export interface RawAnswer {
  /**
   * The status.
   *
   * @defaultValue 200 for `answerNext`, 503 for `failNext`
   */
  status?: number;
  /** Headers. An object as body gets `content-type: application/json` unless one is given here. */
  headers?: OutgoingHttpHeaders;
  /** The body; an object is written as JSON. */
  body?: string | Buffer | object;
  /** Waits before anything is sent. */
  delayMs?: number;
  /**
   * Sends the body slowly, so that the connection is never idle and yet nothing arrives. `bytes` (1) at a time;
   * without a body it drips blanks for ever.
   */
  drip?: { everyMs: number; bytes?: number };
}

/** A redirect; 302 unless `status` says otherwise. */
export interface RedirectAnswer {
  /** The value of `Location`. */
  redirectTo: string;
  /** 301, 302, 303, 307 or 308. */
  status?: number;
}

/**
 * What an endpoint does instead of its usual work: any answer; `'hang'`, none at all while the connection stays
 * open; `'reset'`, the connection is torn down; `'usual'`, the usual work, to let some through before a fault; or a
 * function that answers.
 */
export type ScriptedAnswer<R extends RecordedRequest = RecordedRequest> =
  RawAnswer | RedirectAnswer | 'hang' | 'reset' | 'usual' | RequestHandler<R>;

/**
 * Does what a script says.
 *
 * @internal
 */
export async function perform<R extends RecordedRequest>(
  answer: ScriptedAnswer<R>,
  request: R,
  response: ServerResponse,
  usual: RequestHandler<R>,
): Promise<void> {
  if (answer === 'hang') return;
  if (answer === 'reset') response.req.socket.resetAndDestroy();
  else if (answer === 'usual') await usual(request, response);
  else if (typeof answer === 'function') await answer(request, response);
  else if ('redirectTo' in answer) redirect(answer, response);
  else await sendRaw(answer, response);
}

/**
 * Sends an answer as it is described.
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

/** The content in pieces; blanks without end where there is none. */
function* chunksOf(content: string | Buffer | undefined, bytes: number): Generator<Buffer> {
  if (content === undefined) while (true) yield Buffer.alloc(bytes, ' ');
  const buffer = Buffer.from(content);
  for (let start = 0; start < buffer.length; start += bytes) yield buffer.subarray(start, start + bytes);
}

/** Waits, but no longer than the connection lives: a timer that outlives it would keep the test's process alive. */
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
