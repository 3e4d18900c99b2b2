import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';

/** A received request with its whole body. */
export interface ReceivedRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Path values by the `{name}` in the route. */
  pathValues: Record<string, string>;
  body: Buffer;
}

/** Response of a handler. An object is sent as JSON, a string as XML text. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

export type Handler = (request: ReceivedRequest) => Answer;

/** Handlers by route, such as `GET /v2/submission/{id}`. `*` matches any method, for the handler's own error. */
type Routes = Record<`${'GET' | 'POST' | 'PUT' | '*'} /${string}`, Handler>;

/** Numbers of requests to a provider, including refused ones. */
export interface CallCounts {
  tokenRequests: number;
  apiCalls: number;
}

/** An outage of a token endpoint, which answers 503 while the outage is on. */
export interface Outage {
  isOn: boolean;
}

export interface LoopbackServerOptions {
  routes: Routes;
  /** Requests to this path count as token requests, all others as API calls. */
  tokenPath?: string;
  counts: CallCounts;
  /** Outage of `tokenPath`. */
  outage?: Outage;
}

const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** An HTTP server on a free loopback port, and thus with its own origin. */
export class LoopbackServer {
  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  static async start(options: LoopbackServerOptions): Promise<LoopbackServer> {
    const server = createServer((request, response) => {
      void respond(request, response, options);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return new LoopbackServer(server, originOf(server));
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
    this.server.closeAllConnections();
    await closed;
  }
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  options: LoopbackServerOptions,
): Promise<void> {
  const body = await readBody(request);
  let answer: Answer;
  try {
    answer = body === undefined ? tooLarge : answerTo(request, body, options);
  } catch {
    answer = { status: 500, body: { error: 'server_error' } };
  }
  if (answer.body === undefined) {
    response.writeHead(answer.status, answer.headers).end();
    return;
  }
  const isText = typeof answer.body === 'string';
  const contentType = isText ? 'application/xml' : 'application/json';
  response.writeHead(answer.status, { 'content-type': contentType, ...answer.headers });
  response.end(isText ? answer.body : JSON.stringify(answer.body));
}

const unavailable: Answer = { status: 503, body: { error: 'temporarily_unavailable' } };
const tooLarge: Answer = { status: 413, body: { error: 'request_too_large' } };

function answerTo(
  incoming: IncomingMessage,
  body: Buffer,
  { routes, tokenPath, counts, outage }: LoopbackServerOptions,
): Answer {
  const url = new URL(incoming.url ?? '/', 'http://loopback');
  if (url.pathname === tokenPath) counts.tokenRequests += 1;
  else counts.apiCalls += 1;
  if (url.pathname === tokenPath && outage?.isOn === true) return unavailable;

  // Node silently keeps the first of several headers; real servers reject such a request.
  if ((incoming.headersDistinct['authorization'] ?? []).length > 1) {
    return {
      status: 400,
      body: { error: 'invalid_request', error_description: 'Two Authorization headers.' },
    };
  }

  const allowedMethods: string[] = [];
  for (const [route, handle] of Object.entries(routes)) {
    const [method = '', pattern = ''] = route.split(' ');
    const pathValues = matchPath(pattern, url.pathname);
    if (pathValues === undefined) continue;
    if (method === '*' || method === incoming.method) {
      const { headers } = incoming;
      const request = { method: incoming.method ?? '', path: url.pathname, query: url.searchParams, headers };
      return handle({ ...request, pathValues, body });
    }
    allowedMethods.push(method);
  }
  return allowedMethods.length > 0
    ? { status: 405, headers: { allow: allowedMethods.join(', ') }, body: { error: 'method_not_allowed' } }
    : { status: 404, body: { error: 'not_found' } };
}

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const expected = pattern.split('/');
  const actual = path.split('/');
  if (expected.length !== actual.length) return undefined;

  const values: Record<string, string> = {};
  for (const [index, segment] of expected.entries()) {
    const value = actual[index] ?? '';
    if (segment.startsWith('{')) values[segment.slice(1, -1)] = value;
    else if (segment !== value) return undefined;
  }
  return values;
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      // Reads to the end: a response during an upload would break the client's connection.
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    }
  } catch {
    // The client disconnected; the response is discarded.
  }
  return bytes > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks);
}

function originOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('The sandbox server has no port. Start it again.');
  }
  return `http://${address.address}:${address.port}`;
}
