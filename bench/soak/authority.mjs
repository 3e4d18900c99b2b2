// A token endpoint that fails often, though never so often that a token request has to fail, and an API's judgement of tokens.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Attempts of a token request: the last one gets a token. */
export const ATTEMPTS = 3;
const FAULT_SHARE = 0.2;
const SLOW_SHARE = 0.2;
const MAX_SLOW_MS = 400;
// Short, so that tokens expire and are renewed all the time.
const LIFETIMES_SECONDS = [4, 8, 3_600];
// Token requests that were given up leave a count of faults behind.
const MAX_COUNTS = 1_000;
const FAULTS = ['503', '503 with Retry-After', '429', '429 with Retry-After', 'reset'];

/** Issues tokens and knows which are good. What it keeps does not grow with the tokens: a token tells its own story. */
export class Authority {
  /** Token requests by their outcome. */
  counts = Object.fromEntries(['issued', 'slow', ...FAULTS].map((outcome) => [outcome, 0]));
  revocations = 0;
  #random;
  #server;
  #origin;
  #serial = 0;
  /** Serial number up to which the tokens of a client are revoked. */
  #revokedUpTo = new Map();
  /** Faults of the token requests in progress, by their secret. */
  #faults = new Map();

  constructor(random) {
    this.#random = random;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    // A connection that the server closes may fail the call that is just being sent.
    this.#server.keepAliveTimeout = 3_600_000;
  }

  async listen() {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    this.#origin = `http://127.0.0.1:${this.#server.address().port}`;
    return this;
  }

  get tokenUrl() {
    return `${this.#origin}/token`;
  }

  get apiUrl() {
    return this.#origin;
  }

  /** Revokes all tokens of a client. */
  revoke(client) {
    this.revocations += 1;
    this.#revokedUpTo.set(client, this.#serial);
  }

  /** Status with which the API answers this header. */
  statusFor(authorization = '') {
    const [client, serial, expiresAt] = authorization.replace('Bearer ', '').split('.');
    const isGood = Number(serial) > (this.#revokedUpTo.get(client) ?? 0) && Date.now() < Number(expiresAt);
    return isGood ? 200 : 401;
  }

  async close() {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request, response) {
    request.resume();
    const { authorization } = request.headers;
    if (request.url !== '/token') response.writeHead(this.statusFor(authorization)).end('{}');
    else await this.#answer(Buffer.from(authorization.split(' ')[1], 'base64').toString(), response);
  }

  async #answer(credentials, response) {
    const [client, secret] = credentials.split(':');
    const fault = this.#faultFor(secret);
    if (fault !== undefined) return this.#fail(fault, response);
    if (this.#random() < SLOW_SHARE) {
      this.counts.slow += 1;
      await sleep(this.#random() * MAX_SLOW_MS);
    }
    this.counts.issued += 1;
    const expires_in = LIFETIMES_SECONDS[this.#serial % LIFETIMES_SECONDS.length];
    this.#serial += 1;
    const access_token = `${client}.${this.#serial}.${Date.now() + expires_in * 1_000}`;
    response.setHeader('content-type', 'application/json');
    return response.end(JSON.stringify({ access_token, token_type: 'Bearer', expires_in }));
  }

  /** The fault that an attempt gets; `undefined` for the last attempt of a token request. */
  #faultFor(secret) {
    const faults = this.#faults.get(secret) ?? 0;
    this.#faults.delete(secret);
    if (faults >= ATTEMPTS - 1 || this.#random() >= FAULT_SHARE) return undefined;
    this.#faults.set(secret, faults + 1);
    if (this.#faults.size > MAX_COUNTS) this.#faults.delete(this.#faults.keys().next().value);
    return FAULTS[Math.floor(this.#random() * FAULTS.length)];
  }

  #fail(fault, response) {
    this.counts[fault] += 1;
    if (fault === 'reset') return response.socket.resetAndDestroy();
    const retryAfter = fault.includes('Retry-After') ? { 'retry-after': '1' } : {};
    return response.writeHead(Number(fault.slice(0, 3)), retryAfter).end();
  }
}
