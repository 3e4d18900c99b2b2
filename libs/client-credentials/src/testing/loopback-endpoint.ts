import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Endpoint } from './endpoint.js';
import type { RecordedRequest } from './recorded-request.js';
import { perform, sendRaw, type RequestHandler, type ScriptedAnswer } from './scripted-answer.js';

interface Wiring<R> {
  path: string;
  record: (request: IncomingMessage, response: ServerResponse) => Promise<R>;
  usual: RequestHandler<R & RecordedRequest>;
}

/**
 * An {@link Endpoint} with a listener of its own on 127.0.0.1.
 *
 * Its state is private in the strict sense, so that printing a server in a failed test prints no credentials.
 *
 * @internal
 */
export class LoopbackEndpoint<R extends RecordedRequest> implements Endpoint<R> {
  readonly #wiring: Wiring<R>;
  readonly #server: Server;
  readonly #requests: R[] = [];
  #script: { times: number; answer: ScriptedAnswer<R> }[] = [];
  #parked: (() => void)[] | undefined;
  #waiting: { count: number; resolve: () => void }[] = [];
  #url = '';
  #closed: Promise<void> | undefined;

  constructor(wiring: Wiring<R>) {
    this.#wiring = wiring;
    // Larger than Node's default, for tokens of a dozen kilobytes beside other headers.
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
    this.#parked ??= [];
  }

  release(): void {
    const parked = this.#parked ?? [];
    this.#parked = undefined;
    for (const resume of parked) resume();
  }

  async received(count: number): Promise<readonly R[]> {
    if (this.#requests.length < count) {
      await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
    }
    return this.#requests;
  }

  /** Starts to listen, on a port that the system chooses. */
  async listen(): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === 'string')
      throw new Error('The server does not listen on a port.');
    this.#url = `http://127.0.0.1:${address.port}${this.#wiring.path}`;
    return this;
  }

  /** Stops listening and cuts every connection. */
  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
    return this.#closed;
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const request = await this.#wiring.record(incoming, response);
      this.#arrived(request);
      await this.#parkIfHeld();
      await perform(this.#nextAnswer(), request, response, this.#wiring.usual);
    } catch (error) {
      await this.#fail(error, response);
    }
  }

  #arrived(request: R): void {
    this.#requests.push(request);
    const { length } = this.#requests;
    for (const { count, resolve } of this.#waiting) if (count <= length) resolve();
    this.#waiting = this.#waiting.filter(({ count }) => count > length);
  }

  async #parkIfHeld(): Promise<void> {
    const parked = this.#parked;
    if (parked !== undefined) await new Promise<void>((resume) => parked.push(resume));
  }

  #nextAnswer(): ScriptedAnswer<R> {
    this.#script = this.#script.filter(({ times }) => times > 0);
    const [next] = this.#script;
    if (next === undefined) return 'usual';
    next.times -= 1;
    return next.answer;
  }

  /** What a function of the test threw is told to its client; a connection that went away needs no answer. */
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
