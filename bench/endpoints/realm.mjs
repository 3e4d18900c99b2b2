import { createServer } from 'node:http';
import { once } from 'node:events';

/** Default settings of a realm. */
const DEFAULTS = {
  lifetimeSeconds: 3_600,
  tokenDelayMs: 0,
  apiDelayMs: 0,
  /** Minimum length of a token. */
  tokenLength: 0,
  /** Whether the API refuses every token. */
  refusesAll: false,
};

const API_RESPONSE = JSON.stringify({ id: 4711, name: 'a small answer', tags: ['one', 'two'] });
// Accepts as many simultaneous connections as the system allows.
const BACKLOG = 65_535;

/** A token endpoint and its API on their own ports, so that measurements do not affect one another. */
export class Realm {
  /** Arrival of each token request, epoch milliseconds. */
  tokenRequests = [];
  apiRequests = 0;
  /** Number of API requests that were answered with 401. */
  refusals = 0;
  #settings;
  #issued = 0;
  #revoked = 0;
  #gated = [];
  #isGateOpen = false;
  #servers = [];
  #tokensOfJwts = new Map();

  constructor(settings) {
    this.#settings = { ...DEFAULTS, ...settings };
  }

  async open() {
    const tokenEndpoint = await this.#serve((request, response) =>
      this.#answerTokenRequest(request, response),
    );
    const api = await this.#serve((request, response) => this.#answerCall(request, response));
    return { tokenUrl: `${tokenEndpoint}/token`, apiUrl: api };
  }

  change(settings) {
    Object.assign(this.#settings, settings);
  }

  /** Issues a token without a token request. */
  issue() {
    const { lifetimeSeconds, tokenLength } = this.#settings;
    this.#issued += 1;
    const expiresAt = Date.now() + lifetimeSeconds * 1_000;
    return `t.${this.#issued}.${expiresAt}.`.padEnd(tokenLength, String(this.#issued));
  }

  /** The same as a JWT, for packages that read the lifetime from the token. Nobody checks its signature here. */
  #issueJwt() {
    const token = this.issue();
    const exp = Math.floor(Number(token.split('.')[2]) / 1_000);
    const [header, payload] = [{ alg: 'none' }, { exp, token }].map(base64);
    const jwt = `${header}.${payload}.none`;
    this.#tokensOfJwts.set(jwt, token);
    return jwt;
  }

  close() {
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
  }

  async #serve(answer) {
    const server = createServer(answer);
    // Disables the keep-alive timeout: a connection closed during reuse would count as the contender's failure.
    server.keepAliveTimeout = 0;
    this.#servers.push(server);
    await once(server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }), 'listening');
    return `http://127.0.0.1:${server.address().port}`;
  }

  #answerTokenRequest(request, response) {
    this.tokenRequests.push(performance.timeOrigin + performance.now());
    request.resume();
    request.on('end', () => {
      const answer = () => {
        const { lifetimeSeconds } = this.#settings;
        const access_token = request.url.endsWith('?jwt') ? this.#issueJwt() : this.issue();
        respond(
          response,
          200,
          JSON.stringify({ access_token, token_type: 'Bearer', expires_in: lifetimeSeconds }),
        );
      };
      later(this.#settings.tokenDelayMs, answer);
    });
  }

  #answerCall(request, response) {
    this.apiRequests += 1;
    const answer = () => this.#judge(request, response);
    const gate = this.#isGateOpen ? null : /^\/gate\/(\d+)/.exec(request.url);
    if (gate === null) return later(this.#settings.apiDelayMs, answer);
    // Every held call was sent with a valid token and is answered after its revocation.
    this.#gated.push(answer);
    if (this.#gated.length < Number(gate[1])) return undefined;
    this.#isGateOpen = true;
    this.#revoked = this.#issued;
    return this.#gated.splice(0).forEach((open) => open());
  }

  #judge(request, response) {
    if (this.#accepts(request.headers.authorization)) return respond(response, 200, API_RESPONSE);
    this.refusals += 1;
    response.setHeader('www-authenticate', 'Bearer error="invalid_token"');
    return respond(response, 401, '{"error":"invalid_token"}');
  }

  #accepts(authorization = '') {
    const [scheme, given = ''] = authorization.split(' ', 2);
    const [kind, number, expiresAt] = (this.#tokensOfJwts.get(given) ?? given).split('.', 3);
    return (
      !this.#settings.refusesAll &&
      scheme === 'Bearer' &&
      kind === 't' &&
      Number(number) > this.#revoked &&
      Number(expiresAt) > Date.now()
    );
  }
}

function base64(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function later(ms, action) {
  if (ms > 0) setTimeout(() => action(), ms);
  else action();
}

function respond(response, status, body) {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json');
  response.setHeader('content-length', body.length);
  response.end(body);
}
