import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent } from 'node:https';
import type { Duplex } from 'node:stream';
import { CertificateAuthority } from './certificate-authority.js';
import { listen } from './listen.js';

/** A request that was meant for another host. */
export interface DetouredRequest {
  readonly method: string;
  /** The URL that the client asked for. */
  readonly url: string;
  /** Headers, without those that belong to the connection. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface DetouredAnswer {
  readonly status: number;
  readonly body: object;
}

const OF_THE_CONNECTION = new Set(['host', 'connection', 'content-length', 'accept-encoding', 'user-agent']);

/** A server on loopback that stands for every https host, and the agent that leads there. */
export class Detour {
  readonly agent: Agent;
  readonly #close: () => Promise<void>;

  private constructor(agent: Agent, close: () => Promise<void>) {
    this.agent = agent;
    this.#close = close;
  }

  static async open(answer: (request: DetouredRequest) => DetouredAnswer): Promise<Detour> {
    const authority = await CertificateAuthority.found();
    const server = await listen(
      (request, response) => void respond(request, response, answer),
      await authority.issueServer(),
    );
    return new Detour(new DetourAgent(Number(new URL(server.url).port), authority.cert), server.close);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.agent.destroy();
    await this.#close();
  }
}

class DetourAgent extends Agent {
  readonly #port: number;
  readonly #ca: string;

  constructor(port: number, ca: string) {
    super();
    this.#port = port;
    this.#ca = ca;
  }

  override createConnection(
    options: object,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const there = { host: '127.0.0.1', port: this.#port, ca: this.#ca, checkServerIdentity: () => undefined };
    return super.createConnection({ ...options, ...there }, callback);
  }
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (request: DetouredRequest) => DetouredAnswer,
): Promise<void> {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => void (body += text));
  await once(request, 'end');
  const headers = Object.entries(request.headers).filter(([name]) => !OF_THE_CONNECTION.has(name));
  const { status, body: answered } = answer({
    method: request.method ?? '',
    url: `https://${request.headers.host ?? ''}${request.url ?? ''}`,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
    body,
  });
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answered));
}
