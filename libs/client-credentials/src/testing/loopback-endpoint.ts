import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Endpoint } from './endpoint.js';
import type { RecordedRequest } from './recorded-request.js';
import { perform, sendRaw, type RequestHandler, type ScriptedAnswer } from './scripted-answer.js';

interface LoopbackEndpointDeps<R> {
  path: string;
  record: (request: IncomingMessage, response: ServerResponse) => Promise<R>;
  handle: RequestHandler<R & RecordedRequest>;
}

/**
 * An {@link Endpoint} with its own listener on 127.0.0.1.
 *
 * All state is in `#private` fields, so that a failed test prints no credentials.
 *
 * @internal
 */
export class LoopbackEndpoint<R extends RecordedRequest> implements Endpoint<R> {
  readonly #deps: LoopbackEndpointDeps<R>;
  readonly #server: Server;
  readonly #requests: R[] = [];
  #script: { times: number; answer: ScriptedAnswer<R> }[] = [];
  #held: (() => void)[] | undefined;
  #waiting: { count: number; resolve: () => void }[] = [];
  #url = '';
  #closed: Promise<void> | undefined;

  constructor(deps: LoopbackEndpointDeps<R>) {
    this.#deps = deps;
    // Above Node's default of 16 KiB, for tokens of 12 kB and more in a header.
    this.#server = createServer({ maxHeaderSize: 64 * 1024 }, (request, response) => {
      void this.#serve(request, response);
    });
  }

  get url(): string {
    return this.#url;
  }

  get requests(): readonly R[] {
    return this.#requests;
  }

  answerNext(times: number, answer: ScriptedAnswer<R>): void {
    this.#script.push({ times, answer });
  }

  failNext(times: number = 1, fault: ScriptedAnswer<R> = {}): void {
    const isWithoutStatus = typeof fault === 'object' && !('redirectTo' in fault);
    this.answerNext(times, isWithoutStatus ? { status: 503, ...fault } : fault);
  }

  recover(): void {
    this.#script = [];
  }

  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const resume of held) resume();
  }

  async received(count: number): Promise<readonly R[]> {
    if (this.#requests.length < count) {
      await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
    }
    return this.#requests;
  }

  /** Listens on a free port. */
  async listen(): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === 'string')
      throw new Error('The server does not listen on a port.');
    this.#url = `http://127.0.0.1:${address.port}${this.#deps.path}`;
    return this;
  }

  /** Stops listening and closes every connection. */
  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
    return this.#closed;
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const request = await this.#deps.record(incoming, response);
      this.#noteArrival(request);
      await this.#waitIfHeld();
      await perform(this.#nextAnswer(), request, response, this.#deps.handle);
    } catch (error) {
      await this.#fail(error, response);
    }
  }

  #noteArrival(request: R): void {
    this.#requests.push(request);
    const { length } = this.#requests;
    for (const { count, resolve } of this.#waiting) if (count <= length) resolve();
    this.#waiting = this.#waiting.filter(({ count }) => count > length);
  }

  async #waitIfHeld(): Promise<void> {
    const held = this.#held;
    if (held !== undefined) await new Promise<void>((resume) => held.push(resume));
  }

  #nextAnswer(): ScriptedAnswer<R> {
    this.#script = this.#script.filter(({ times }) => times > 0);
    const [next] = this.#script;
    if (next === undefined) return 'usual';
    next.times -= 1;
    return next.answer;
  }

  /** Reports an error of a test's function in a 500 response, unless the connection is closed. */
  async #fail(error: unknown, response: ServerResponse): Promise<void> {
    if (response.destroyed) return;
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const reason = error instanceof Error ? error.message : String(error);
    const description = `A function given to the authorization server threw: ${reason}`;
    await sendRaw({ status: 500, body: { error: 'server_error', error_description: description } }, response);
  }
}
