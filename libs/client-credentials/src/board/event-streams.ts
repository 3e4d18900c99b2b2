import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { HEADERS } from './answers.js';
import type { BoardData, BoardState } from './board-data.js';
import type { EventHistory } from './event-history.js';

/** One open stream of server-sent events. */
interface Stream {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Id of the last line that was sent. */
  lineId: number;
  /** The last state that was sent; `undefined` before the first. */
  state: string | undefined;
  sentAt: number;
}

/** A state as text, without its instant, so that equal states are equal texts. */
interface StateText {
  readonly at: number;
  readonly text: string;
}

const INTERVAL_MS = 1_000;
// Proxies close connections that are silent for a minute, some for half of one.
const HEARTBEAT_MS = 15_000;
const RECONNECT_MS = 2_000;
// A reader that takes nothing for this long is gone.
const MAX_BLOCKED_MS = 60_000;
// A clock that differs more from the one that the page counts on is sent anew.
const MAX_CLOCK_DIFFERENCE_MS = 1_500;

/** More open boards than people who look: one process of an attacker or a loop. */
const MAX_STREAMS = 50;

/**
 * The streams of a board: at most once a second, each gets the state if it changed, and the events since.
 *
 * A timer runs only while a stream is open, and does not keep the process alive. A reader that is too slow misses states and old events.
 */
export class EventStreams {
  readonly #data: BoardData;
  readonly #history: EventHistory;
  /** Tells the ids of this process from those of one before. */
  readonly #run = randomUUID().slice(0, 8);
  readonly #streams = new Set<Stream>();
  #timer: NodeJS.Timeout | undefined;
  #clock: { readonly at: number; readonly readAt: number } | undefined;

  constructor(data: BoardData, history: EventHistory) {
    this.#data = data;
    this.#history = history;
  }

  get isFull(): boolean {
    return this.#streams.size >= MAX_STREAMS;
  }

  /** Answers a request with a stream. */
  open(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, {
      ...HEADERS,
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      // A connection that stays would bring the browser back to a server that is closing.
      ...(request.httpVersionMajor === 1 && { connection: 'close' }),
    });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const lineId = this.#lineIdOf(request.headers['last-event-id']);
    const stream: Stream = { request, response, lineId, state: undefined, sentAt: performance.now() };
    this.#streams.add(stream);
    response.once('close', () => this.#remove(stream));
    response.on('error', () => this.#remove(stream));
    this.#write(stream, this.#read(), `retry: ${RECONNECT_MS}\n\n`);
    this.#schedule();
  }

  #remove(stream: Stream): void {
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#streams.size === 0) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#sendAll();
        this.#schedule();
      },
      Math.max(INTERVAL_MS, this.#data.pauseMs),
    );
    this.#timer.unref();
  }

  #sendAll(): void {
    for (const { request, response } of this.#streams) if (!isListening(request)) response.end();
    const state = this.#read();
    // What the page counts on is sent anew where the clock was set.
    if (this.#noteClock(state.at)) for (const stream of this.#streams) stream.state = undefined;
    for (const stream of this.#streams) {
      if (!stream.response.writableEnded) this.#send(stream, state);
      if (this.#data.isClosed) stream.response.end();
    }
  }

  #read(): StateText {
    const { at, ...state }: BoardState = this.#data.state();
    return { at, text: JSON.stringify(state).slice(1) };
  }

  /** Sends what is new, unless the reader has not taken what was sent before. */
  #send(stream: Stream, state: StateText): void {
    const { response } = stream;
    if (response.writableLength === 0) this.#write(stream, state);
    else if (performance.now() - stream.sentAt > MAX_BLOCKED_MS) response.destroy();
  }

  #write(stream: Stream, { at, text }: StateText, opening = ''): void {
    const now = performance.now();
    let chunk = opening;
    if (stream.state !== text || now - stream.sentAt > HEARTBEAT_MS) {
      // The comment is a heartbeat for a proxy or a program that looks for one.
      chunk += `: ${at}\nevent: state\ndata: {"at":${at},${text}\n\n`;
      stream.state = text;
    }
    const lines = this.#history.after(stream.lineId);
    if (lines.length > 0) {
      stream.lineId = this.#history.lastId;
      const data = JSON.stringify({ run: this.#run, isHistory: opening !== '', lines });
      chunk += `event: lines\nid: ${this.#run}-${stream.lineId}\ndata: ${data}\n\n`;
    }
    if (chunk === '') return;
    stream.sentAt = now;
    stream.response.write(chunk);
  }

  /** Whether the manager's clock moved otherwise than the time that passed. */
  #noteClock(at: number): boolean {
    const readAt = performance.now();
    const expected = this.#clock === undefined ? at : this.#clock.at + readAt - this.#clock.readAt;
    this.#clock = { at, readAt };
    return Math.abs(at - expected) > MAX_CLOCK_DIFFERENCE_MS;
  }

  #lineIdOf(lastEventId: string | string[] | undefined): number {
    const [, run, id] = /^(\w+)-(\d{1,15})$/.exec(String(lastEventId)) ?? [];
    return run === this.#run ? Number(id) : 0;
  }
}

/** Whether the server of a request still takes connections. Its `close()` waits for open streams. */
function isListening({ socket }: IncomingMessage): boolean {
  const server: unknown = Reflect.get(socket, 'server');
  return !(typeof server === 'object' && server !== null && Reflect.get(server, 'listening') === false);
}
