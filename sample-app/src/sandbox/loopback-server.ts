import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';

/** A request as a handler sees it: whole, with the body read. */
export interface ReceivedRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** What stood in the path where the route says `{name}`. */
  pathValues: Record<string, string>;
  body: Buffer;
}

/** What a handler answers. A body is sent as JSON, a string as it is. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

export type Handler = (request: ReceivedRequest) => Answer;

/** `GET /v2/submission/{id}` → handler. `*` takes any method, so that a wrong one gets the handler's own error. */
type Routes = Record<`${'GET' | 'POST' | 'PUT' | '*'} /${string}`, Handler>;

/** How often a provider was asked, refused requests included. */
export interface CallCounts {
  tokenRequests: number;
  apiCalls: number;
}

export interface LoopbackServerOptions {
  routes: Routes;
  /** Requests to this path count as token requests, all others as API calls. */
  tokenPath?: string;
  counts: CallCounts;
}

const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** An HTTP server on a free port of the loopback interface: with the port it has an origin of its own. */
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

const tooLarge: Answer = { status: 413, body: { error: 'request_too_large' } };

function answerTo(
  incoming: IncomingMessage,
  body: Buffer,
  { routes, tokenPath, counts }: LoopbackServerOptions,
): Answer {
  const url = new URL(incoming.url ?? '/', 'http://loopback');
  if (url.pathname === tokenPath) counts.tokenRequests += 1;
  else counts.apiCalls += 1;

  // Node keeps the first of several and says nothing; a real server takes such a request for an attack.
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
      // Read on even so: an answer in the middle of an upload reaches the client as a broken connection.
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    }
  } catch {
    // The client went away; whatever is answered now reaches nobody.
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
