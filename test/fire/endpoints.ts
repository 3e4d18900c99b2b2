import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from './random.js';

/** One token request, as the token endpoint received it. */
export interface TokenRequestSeen {
  readonly client: string;
  readonly process: number;
  /** Epoch milliseconds of the arrival. */
  readonly at: number;
  /** Whether the process held the lock of the desk's token. */
  readonly isLocked: boolean;
}

interface Issued {
  readonly client: string;
  isRevoked: boolean;
}

// Long enough for a process to be killed in the middle of a token request.
const MAX_DELAY_MS = 150;
// Neither a token of the desk nor a budget ends during a run.
const LIFETIME_SECONDS = 30 * 86_400;
// Only the tokens of `renewed` are renewed ahead, from an age of two seconds.
const RENEWED_LIFETIME_SECONDS = 60;
const KEEP_ALIVE_MS = 3_600_000;

/** A token endpoint and an API, which note who asked for tokens and which tokens were refused to whom. Nothing is kept of a good call. */
export class Endpoints implements AsyncDisposable {
  readonly faults: string[] = [];
  readonly tokenRequests: TokenRequestSeen[] = [];
  /** Number of API requests. */
  apiRequests = 0;
  readonly #random: Random;
  readonly #issued = new Map<string, Issued>();
  /** Tokens that a process was told are refused, by process and client. */
  readonly #refused = new Map<string, Set<string>>();
  /** Tokens that were refused to one call. */
  readonly #refusedTo = new Map<string, string[]>();
  readonly #server: Server;
  #origin = '';

  constructor(random: Random) {
    this.#random = random;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    // A connection that the server closes while a process is paused would fail that process's next call.
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS;
    this.#server.headersTimeout = KEEP_ALIVE_MS;
    this.#server.requestTimeout = 0;
  }

  static async start(random: Random): Promise<Endpoints> {
    const endpoints = new Endpoints(random);
    endpoints.#server.listen(0, '127.0.0.1');
    await once(endpoints.#server, 'listening');
    endpoints.#origin = `http://127.0.0.1:${(endpoints.#server.address() as AddressInfo).port}`;
    return endpoints;
  }

  get origin(): string {
    return this.#origin;
  }

  /** Revokes all tokens that were issued so far. */
  revoke(): void {
    for (const token of this.#issued.values()) token.isRevoked = true;
  }

  /** Number of tokens that the API refused to a process. */
  refusedTo(process: number, client: string): number {
    return this.#refused.get(`${process} ${client}`)?.size ?? 0;
  }

  /** Notes a fault unless two different tokens were refused to the call: a call is sent at most twice. */
  checkRefusedTwice(call: string): void {
    const tokens = this.#refusedTo.get(call) ?? [];
    if (new Set(tokens).size !== 2) this.faults.push(`call ${call} failed after ${tokens.length} refusals`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    // A killed process breaks its connections.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    if (request.url === '/token') await this.#issue(request, response);
    else this.#answerCall(request, response);
  }

  async #issue(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const client = clientOf(request);
    const process = Number(request.headers['x-process']);
    const isLocked = request.headers['x-locked'] === 'yes';
    this.tokenRequests.push({ client, process, at: Date.now(), isLocked });
    await sleep(this.#random.between(0, MAX_DELAY_MS));
    const value = `${client}.${this.tokenRequests.length}.${randomUUID()}`;
    this.#issued.set(value, { client, isRevoked: false });
    const expires_in = client === 'renewed' ? RENEWED_LIFETIME_SECONDS : LIFETIME_SECONDS;
    sendJson(response, 200, { access_token: value, token_type: 'Bearer', expires_in });
  }

  #answerCall({ headers }: IncomingMessage, response: ServerResponse): void {
    this.apiRequests += 1;
    const value = headers.authorization?.replace('Bearer ', '') ?? '';
    const token = this.#issued.get(value);
    if (token === undefined) this.faults.push(`an unknown token was sent: ${value}`);
    if (token?.isRevoked === false) return sendJson(response, 200, {});
    append(this.#refusedTo, String(headers['x-call']), value);
    const who = `${String(headers['x-process'])} ${token?.client}`;
    this.#refused.set(who, (this.#refused.get(who) ?? new Set()).add(value));
    return sendJson(response, 401, { error: 'invalid_token' });
  }
}

/** The client of a token request, which authenticates by HTTP Basic. */
function clientOf({ headers }: IncomingMessage): string {
  const credentials = headers.authorization?.replace('Basic ', '') ?? '';
  return Buffer.from(credentials, 'base64').toString().split(':')[0] ?? '';
}

function append(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
