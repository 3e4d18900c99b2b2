import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import axios, {
  AxiosError,
  type AxiosAdapter,
  type AxiosInstance,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios';
import {
  authorizeAxios,
  ClientCredentialsError,
  MemoryTokenStore,
  TokenManager,
  type GetTokenOptions,
  type TokenSource,
} from 'nestjs-client-credentials/core';
import { FakeClock } from '../support/fake-clock.js';

/** Random options of a world. */
export interface Setting {
  /** Entries of the shared store, which bounds the manager's memory as well; 0: no store. */
  readonly storeEntries: number;
  readonly lifetimeSeconds: number;
  readonly limit: number;
}

/** How the token endpoint answers one token request. */
export type TokenAnswer = 'token' | 'rejected' | 'broken' | 'rate-limited' | 'reset' | 'no-token';

/** One step of a random history. `which` chooses among what there is. */
export type Step =
  | {
      readonly do: 'call' | 'get';
      readonly tenant: number;
      readonly scope: number;
      readonly isAbortable: boolean;
    }
  | { readonly do: 'force' | 'need'; readonly tenant: number; readonly scope: number }
  | { readonly do: 'answer'; readonly which: number; readonly as: TokenAnswer }
  | { readonly do: 'deliver' | 'abort'; readonly which: number }
  | { readonly do: 'advance' | 'set-clock'; readonly seconds: number }
  | { readonly do: 'invalidate' | 'forget' | 'reset'; readonly tenant: number; readonly scope: number }
  | { readonly do: 'revoke' | 'close' };

const LIMIT_WINDOW_SECONDS = 30 * 86_400;
const SETTLED_WITHIN_MS = 5_000;
const TENANTS = ['north', 'south'];
const SCOPES = ['read', 'write', 'admin'];
const ABORTED = new Error('The caller aborted.');

/** What the world knows of an issued token. */
interface Issued {
  readonly requestedAt: number;
  readonly requestedTicks: number;
  isRevoked: boolean;
}

/** A token request, or an API call, that waits for its answer. */
interface Waiting {
  readonly name: string;
  readonly settle: (as: TokenAnswer) => void;
}

/** A manager between a token endpoint and an API that answer when told to, and the rules that hold whatever happens. */
export class World {
  /** Broken rules. */
  readonly faults: string[] = [];
  readonly #clock = new FakeClock();
  readonly #setting: Setting;
  readonly #manager: TokenManager;
  readonly #source: TokenSource;
  readonly #http: AxiosInstance;
  readonly #issued = new Map<string, Issued>();
  /** Tokens whose refusal was delivered to a call that may replace them. */
  readonly #refused = new Set<string>();
  readonly #tokenRequests: Waiting[] = [];
  readonly #apiCalls: Waiting[] = [];
  readonly #operations = new Set<Promise<unknown>>();
  readonly #abortable: AbortController[] = [];
  readonly #requestsOf = new Map<string, number>();
  readonly #forgotten = new Map<string, number>();
  #lastCall = 0;
  #isClosed = false;

  constructor(setting: Setting) {
    this.#setting = setting;
    const { storeEntries, limit } = setting;
    const store = new MemoryTokenStore({ maxEntries: Math.max(storeEntries, 1), clock: this.#clock });
    const desk = {
      tokenUrl: 'https://id.example.com/token',
      tenants: (tenant: string) => ({ clientId: tenant, clientSecret: `secret of ${tenant}` }),
      tokenRequest: { attempts: 1, axios: { adapter: this.#tokenEndpoint } },
      api: { baseURL: 'https://api.example.com' },
      reacquire: { cooldownSeconds: 0 },
      issuance: { limit, windowSeconds: LIMIT_WINDOW_SECONDS },
    };
    const options = { providers: { desk }, clock: this.#clock, ...(storeEntries > 0 && { store }) };
    this.#manager = new TokenManager(options, () => undefined);
    this.#source = this.#manager.source('desk');
    this.#http = axios.create({ baseURL: 'https://api.example.com', adapter: this.#api });
    authorizeAxios(this.#http, this.#source);
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      this.#take(step);
      await this.#pass();
    }
    await this.#finish();
  }

  #take(step: Step): void {
    switch (step.do) {
      case 'call':
      case 'get':
        return this.#start(step);
      case 'force':
        return this.#ask(step, { forceRefresh: true });
      case 'need':
        return this.#ask(step, { minRemainingSeconds: this.#setting.lifetimeSeconds / 2 });
      case 'answer':
        return this.#takeOne(this.#tokenRequests, step.which)?.settle(step.as);
      case 'deliver':
        return this.#takeOne(this.#apiCalls, step.which)?.settle('token');
      case 'abort':
        return this.#takeOne(this.#abortable, step.which)?.abort(ABORTED);
      case 'advance':
        return this.#clock.advance(step.seconds * 1000);
      case 'set-clock':
        return this.#clock.set(step.seconds * 1000);
      case 'revoke':
        for (const token of this.#issued.values()) token.isRevoked = true;
        return undefined;
      case 'invalidate':
        return this.#invalidate(this.#sourceOf(step));
      case 'forget': {
        const tenant = TENANTS[step.tenant] ?? '';
        this.#forgotten.set(tenant, (this.#forgotten.get(tenant) ?? 0) + 1);
        return this.#watch(this.#manager.forgetTenant(tenant));
      }
      case 'reset':
        return this.#sourceOf(step).reset();
      case 'close':
        this.#isClosed = true;
        return this.#watch(this.#manager.close());
    }
  }

  #start({ do: what, tenant, scope, isAbortable }: Step & { do: 'call' | 'get' }): void {
    const controller = new AbortController();
    if (isAbortable) this.#abortable.push(controller);
    const { signal } = controller;
    if (what === 'get') return this.#ask({ tenant, scope }, {}, signal);
    this.#lastCall += 1;
    const clientCredentials = { tenant: TENANTS[tenant] ?? '', scope: SCOPES[scope] ?? '' };
    const headers = { 'x-call': String(this.#lastCall) };
    return this.#watch(
      this.#http.get('/documents', { clientCredentials, headers, signal, validateStatus: () => true }),
      signal,
    );
  }

  #ask(of: { tenant: number; scope: number }, options: GetTokenOptions, signal?: AbortSignal): void {
    this.#watch(this.#sourceOf(of).getToken({ ...options, ...(signal !== undefined && { signal }) }), signal);
  }

  #sourceOf({ tenant, scope }: { tenant: number; scope: number }): TokenSource {
    return this.#source.forTenant(TENANTS[tenant] ?? '').with({ scope: SCOPES[scope] ?? '' });
  }

  #invalidate(source: TokenSource): void {
    const [value] = [...this.#issued.keys()].slice(-1);
    if (value !== undefined) this.#watch(source.invalidate(value));
  }

  /** Notes an operation, which must settle, and fail for no reason of another caller's. */
  #watch(operation: Promise<unknown>, signal?: AbortSignal): void {
    const watched = operation
      .catch((error: unknown) => {
        const isAbort = error === ABORTED || (error instanceof AxiosError && error.code === 'ERR_CANCELED');
        if (isAbort && signal?.aborted === true) return;
        if (!(error instanceof ClientCredentialsError))
          this.#fault(`an operation failed with ${String(error)}`);
        else if (error.code === 'closed' && !this.#isClosed) this.#fault('an operation was closed');
      })
      .finally(() => this.#operations.delete(watched));
    this.#operations.add(watched);
  }

  /** The token endpoint: a request waits for its answer. */
  readonly #tokenEndpoint = (config: InternalAxiosRequestConfig): Promise<AxiosResponse> => {
    const parameters = new URLSearchParams(String(config.data));
    const credentials = String(config.headers.get('authorization')).split(' ')[1] ?? '';
    const tenant = Buffer.from(credentials, 'base64').toString().split(':')[0] ?? '';
    const name = `${tenant} ${parameters.get('scope')}`;
    if (this.#isClosed) this.#fault('a token was requested after close()');
    const count = (this.#requestsOf.get(tenant) ?? 0) + 1;
    this.#requestsOf.set(tenant, count);
    if (count > this.#setting.limit) this.#fault(`${count} token requests of ${this.#setting.limit}`);
    const others = this.#tokenRequests.filter((request) => request.name === name).length;
    // A client that was forgotten ends its requests, and has another entry for calls that it began with.
    if (others > 2 * (this.#forgotten.get(tenant) ?? 0))
      this.#fault(`${others + 1} token requests for one entry`);
    const requested = { requestedAt: this.#clock.now(), requestedTicks: this.#clock.monotonic() };
    return this.#waiting(this.#tokenRequests, name, config, (as) => this.#tokenAnswer(as, requested));
  };

  #tokenAnswer(as: TokenAnswer, requested: Omit<Issued, 'isRevoked'>): [number, object] {
    switch (as) {
      case 'token': {
        const value = `token-${this.#issued.size + 1}`;
        this.#issued.set(value, { ...requested, isRevoked: false });
        return [
          200,
          { access_token: value, token_type: 'Bearer', expires_in: this.#setting.lifetimeSeconds },
        ];
      }
      case 'rejected':
        return [400, { error: 'invalid_scope' }];
      case 'rate-limited':
        return [429, {}];
      case 'no-token':
        return [200, {}];
      case 'broken':
      case 'reset':
        return [503, {}];
    }
  }

  /** The API: checks the token that a call carries, and holds the response. */
  readonly #api: AxiosAdapter = (config) => {
    const value = String(config.headers.get('authorization')).replace('Bearer ', '');
    const call = String(config.headers.get('x-call'));
    const isReplay = this.#sent.has(call);
    this.#sent.add(call);
    const token = this.#issued.get(value);
    if (this.#isClosed) this.#fault('a call was sent after close()');
    if (token === undefined) this.#fault(`an unknown token was sent: ${value}`);
    if (token !== undefined && this.#ageMs(token) >= this.#setting.lifetimeSeconds * 1000)
      this.#fault(`an expired token was sent: ${value}`);
    if (this.#refused.has(value)) this.#fault(`a refused token was sent again: ${value}`);
    return this.#waiting(this.#apiCalls, call, config, () => {
      const isRefused = token?.isRevoked !== false;
      // The second response of a call is the caller's, and replaces no token.
      if (isRefused && !isReplay && !this.#isClosed && config.signal?.aborted !== true)
        this.#refused.add(value);
      return [isRefused ? 401 : 200, {}];
    });
  };
  readonly #sent = new Set<string>();

  /** Milliseconds since a token was requested, by the clock that says more. */
  #ageMs({ requestedAt, requestedTicks }: Issued): number {
    return Math.max(this.#clock.now() - requestedAt, this.#clock.monotonic() - requestedTicks);
  }

  /** A request that waits for its answer, or for the abort of its signal. */
  #waiting(
    waiting: Waiting[],
    name: string,
    config: InternalAxiosRequestConfig,
    answer: (as: TokenAnswer) => [number, object],
  ): Promise<AxiosResponse> {
    return new Promise((resolve, reject) => {
      const request: Waiting = {
        name,
        settle: (as) => {
          if (as === 'reset') return reject(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
          const [status, body] = answer(as);
          const isText = config.responseType !== 'arraybuffer';
          const data: unknown = isText ? body : Buffer.from(JSON.stringify(body));
          return resolve({ status, statusText: '', headers: {}, config, data, request: {} });
        },
      };
      waiting.push(request);
      config.signal?.addEventListener?.('abort', () => {
        const at = waiting.indexOf(request);
        if (at !== -1) waiting.splice(at, 1);
        reject(new AxiosError('canceled', 'ERR_CANCELED'));
      });
    });
  }

  #takeOne<T>(all: T[], which: number): T | undefined {
    return all.splice(which % Math.max(all.length, 1), 1)[0];
  }

  /** Lets everything go on that needs no answer. */
  async #pass(): Promise<void> {
    for (let count = 0; count < 3; count += 1) await turn();
  }

  /** Answers what is open until every operation is settled, and closes the manager. */
  async #finish(): Promise<void> {
    const until = performance.now() + SETTLED_WITHIN_MS;
    while (this.#operations.size > 0 && performance.now() < until) {
      for (const { settle } of [...this.#tokenRequests.splice(0), ...this.#apiCalls.splice(0)])
        settle('token');
      await this.#pass();
      // Another client may hold the lock of an entry, and its waiters look by a timer.
      if (this.#operations.size > 0) await sleep(1);
    }
    if (this.#operations.size > 0) this.#fault(`${this.#operations.size} operations did not settle`);
    this.#isClosed = true;
    await this.#manager.close();
  }

  #fault(what: string): void {
    this.faults.push(what);
  }
}
