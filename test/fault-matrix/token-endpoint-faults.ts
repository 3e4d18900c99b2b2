import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { CertificateAuthority, type Identity } from '../support/certificate-authority.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** What goes wrong at a token endpoint: with its answers, or with the server itself. */
export interface EndpointFault {
  readonly answer?: Answer;
  readonly server?: (endpoint: FaultyTokenEndpoint) => Promise<void>;
  /** Whether only the deadline ends the wait. */
  readonly endsAtDeadline?: true;
}

const json =
  (status: number, body: object, headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
const page =
  (status: number): Answer =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'text/html' });
    response.end('<!DOCTYPE html><html><body>Sorry</body></html>');
  };
const empty =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    void response.writeHead(status, headers).end();
const token = { access_token: 'a-token-nobody-gets', token_type: 'Bearer', expires_in: 3600 };
const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '));

/** Writes the same for as long as somebody reads. */
function writeForEver(response: ServerResponse, chunk: string, everyMs: number): void {
  const timer = setInterval(() => response.write(chunk), everyMs).unref();
  response.on('close', () => clearInterval(timer));
}

/** All faults of the matrix, by the names that they have there. */
export const ENDPOINT_FAULTS: Record<string, EndpointFault> = {
  'connection refused': { server: (endpoint) => endpoint.stop() },
  'connection broken off before the answer': { answer: ({ socket }) => void socket.destroy() },
  'connection broken off within the body': {
    answer: ({ socket }, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
      response.write('{"access_token":', () => socket.destroy());
    },
  },
  'kept-alive connection closed as it is used again': {
    answer: ({ socket }, response) => {
      if (!isFirst(socket)) return void socket.destroy();
      return json(200, token)(response.req, response);
    },
  },
  'no answer': { endsAtDeadline: true, answer: () => undefined },
  'an answer that drips': {
    endsAtDeadline: true,
    answer: (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      writeForEver(response, ' ', 50);
    },
  },
  'an answer without end': {
    answer: (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      writeForEver(response, ' '.repeat(256 * 1024), 1);
    },
  },
  'a gzip bomb': {
    answer: (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(BOMB);
    },
  },
  'truncated JSON': {
    answer: (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"access_token":"abc');
    },
  },
  'no token in it': { answer: json(200, { token_type: 'Bearer' }) },
  'a token with a line break': { answer: json(200, { ...token, access_token: 'a\nb' }) },
  'a lifetime that is no number': { answer: json(200, { ...token, expires_in: 'soon' }) },
  'a lifetime of -1': { answer: json(200, { ...token, expires_in: -1 }) },
  'no lifetime': { answer: json(200, { access_token: token.access_token }) },
  'a token of type mac': { answer: json(200, { ...token, token_type: 'mac' }) },
  'status 200 with an HTML page': { answer: page(200) },
  'status 200, empty': { answer: empty(200) },
  'status 200 with an OAuth error': { answer: json(200, { error: 'invalid_scope' }) },
  'status 302': { answer: empty(302, { location: 'https://elsewhere.example.com/token' }) },
  'status 307': { answer: empty(307, { location: '/token-two' }) },
  'status 400 invalid_scope': { answer: json(400, { error: 'invalid_scope' }) },
  'status 400 temporarily_unavailable': { answer: json(400, { error: 'temporarily_unavailable' }) },
  'status 401 invalid_client': { answer: json(401, { error: 'invalid_client' }) },
  'status 403, empty': { answer: empty(403) },
  'status 404': { answer: page(404) },
  'status 405': { answer: empty(405) },
  'status 407': { answer: empty(407, { 'proxy-authenticate': 'Basic realm="proxy"' }) },
  'status 408': { answer: empty(408) },
  'status 425': { answer: empty(425) },
  'status 429': { answer: empty(429) },
  'status 429 with Retry-After: 60': { answer: empty(429, { 'retry-after': '60' }) },
  'status 500': { answer: page(500) },
  'status 503': { answer: empty(503) },
  'status 503 with Retry-After: 60': { answer: empty(503, { 'retry-after': '60' }) },
  'a certificate of an unknown authority': { server: (endpoint) => endpoint.useStrangersCertificate() },
  'a certificate of another host': { server: (endpoint) => endpoint.useCertificateOfAnotherHost() },
  'a clock that is a day off': {
    answer: (request, response) => {
      response.setHeader('date', new Date(Date.now() - 86_400_000).toUTCString());
      json(200, token)(request, response);
    },
  },
};

const seen = new WeakSet<object>();

function isFirst(socket: object): boolean {
  if (seen.has(socket)) return false;
  seen.add(socket);
  return true;
}

/** A token endpoint over TLS that can be made to fail. */
export class FaultyTokenEndpoint implements AsyncDisposable {
  readonly authority: CertificateAuthority;
  readonly #server: Server;
  #answer: Answer | undefined;
  /** Requests since the fault began. */
  requests = 0;
  /** All tokens that it issued, also with a faulty answer. */
  readonly tokens: string[] = [token.access_token];

  private constructor(authority: CertificateAuthority, identity: Identity) {
    this.authority = authority;
    this.#server = createServer(identity, (request, response) => {
      this.requests += 1;
      request.resume();
      if (this.#answer !== undefined) return this.#answer(request, response);
      // The sockets of tokens that were issued before the fault are not new to it.
      isFirst(request.socket);
      const value = `issued-before-the-fault-${this.tokens.length}`;
      this.tokens.push(value);
      return json(200, { ...token, access_token: value })(request, response);
    });
  }

  static async open(authority: CertificateAuthority): Promise<FaultyTokenEndpoint> {
    const endpoint = new FaultyTokenEndpoint(authority, await authority.issueServer());
    await new Promise<void>((resolve) => void endpoint.#server.listen(0, '127.0.0.1', resolve));
    return endpoint;
  }

  get tokenUrl(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}/token`;
  }

  async begin({ answer, server }: EndpointFault): Promise<void> {
    this.requests = 0;
    this.#answer = answer;
    await server?.(this);
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => void this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async useStrangersCertificate(): Promise<void> {
    this.#present(await (await CertificateAuthority.found('CN=A Stranger')).issueServer());
  }

  async useCertificateOfAnotherHost(): Promise<void> {
    this.#present(await this.authority.issueClient('CN=other.example.com'));
  }

  #present(identity: Identity): void {
    this.#server.setSecureContext(identity);
    this.#server.closeAllConnections();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
