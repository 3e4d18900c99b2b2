import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import type { RedisServer } from '../support/redis-server.js';
import { mostBudgetedRequests, mostLockedRequests, type Disturbances } from './bounds.js';
import { CallerProcess, type Listener } from './caller-process.js';
import type { Endpoints, TokenRequestSeen } from './endpoints.js';
import type { Random } from './random.js';

const SIZE = 8;
// A fleet without processes tests nothing: a kill waits until at most this many are missing.
const MOST_MISSING = 2;
const MAX_INTERVAL_MS = 200;
const MAX_PROCESS_PAUSE_MS = 1_200;
// Longer than a process waits for the store.
const MAX_REDIS_PAUSE_MS = 900;
const LIMIT = 20;
// Each refused call uses up a revoked token. Few are left in a store.
const MOST_REFUSED_CALLS = 20;
const SEASON_MS = 5_000;
// Clients with a budget are named for the season in which they are used.
const BUDGETED = 'metered-';
const PROBABILITIES = {
  kill: 5,
  pause: 5,
  revoke: 7,
  evict: 7,
  flush: 1,
  pauseRedis: 1,
  restartRedis: 0.5,
} as const;

type Shot = keyof typeof PROBABILITIES;

type Operator = Awaited<ReturnType<typeof connectTo>>;

/** What the fleet runs on. */
export interface FleetDeps {
  readonly library: string;
  readonly redis: RedisServer;
  readonly endpoints: Endpoints;
  readonly random: Random;
}

/** A time, in epoch milliseconds, in which the counter of a budget may have been lost. */
interface CounterLoss {
  readonly from: number;
  readonly to: number;
}

/** Processes that make calls all the time, and what happens to them. */
export class FleetUnderFire implements AsyncDisposable {
  readonly faults: string[] = [];
  readonly seen: Disturbances = { kills: 0, losses: 0, evictions: 0, revocations: 0, outages: 0 };
  readonly other = {
    otherEvictions: 0,
    pauses: 0,
    redisPauses: 0,
    redisRestarts: 0,
    callsRefusedTwice: 0,
    singleRequests: 0,
    budgetAtRest: 0,
  };
  readonly #deps: FleetDeps;
  readonly #settings: object;
  readonly #running = new Set<CallerProcess>();
  readonly #all: CallerProcess[] = [];
  /** Disturbances that are not over. */
  readonly #lasting = new Set<Promise<void>>();
  readonly #counterLosses: CounterLoss[] = [];
  readonly #withOutage = new Set<number>();
  readonly #killed = new Set<number>();
  #isRedisPaused = false;
  #started = 0;

  constructor(deps: FleetDeps) {
    this.#deps = deps;
    this.#settings = {
      library: deps.library,
      redisUrl: deps.redis.url,
      origin: deps.endpoints.origin,
      encryptionKey: randomBytes(32).toString('base64url'),
      limit: LIMIT,
      seasonMs: SEASON_MS,
    };
  }

  async start(): Promise<void> {
    await Promise.all(Array.from({ length: SIZE }, () => this.#add()));
  }

  /** Disturbs the fleet for a time. Afterwards all processes run, and no key of a killed process is left. */
  async disturb(seconds: number): Promise<void> {
    const until = performance.now() + seconds * 1_000;
    while (performance.now() < until && this.faults.length === 0) {
      await sleep(this.#deps.random.between(0, MAX_INTERVAL_MS));
      await this.#shoot(this.#choose());
    }
    while (this.#lasting.size > 0) await Promise.all(this.#lasting);
    await this.#flush();
  }

  /** Lets every process finish its calls. */
  async rest(): Promise<void> {
    await this.#each((process) => process.rest());
  }

  /** Revokes all tokens and lets every process call until a call is good. */
  async settle(): Promise<void> {
    this.#revoke();
    await this.#each(async (process) => {
      // Another revoked token may be in the store: the second refusal of a call goes to the caller.
      for (let call = 1; (await process.call()) !== 200; call += 1) {
        if (call < MOST_REFUSED_CALLS) continue;
        this.faults.push(`process ${process.number} gets no good token`);
        return;
      }
    });
  }

  /** As {@link settle}, where the processes are at rest: one process replaces the token for all that the store answers. */
  async settleAtRest(): Promise<void> {
    const { outages } = this.seen;
    const before = this.#requestsOf('desk').length;
    await this.settle();
    const requests = this.#requestsOf('desk').slice(before);
    const locked = requests.filter(({ isLocked }) => isLocked).length;
    const most = 1 + (this.seen.outages - outages) + (requests.length - locked);
    if (locked > most) this.faults.push(`a revocation cost ${locked} token requests, instead of ${most}`);
    this.other.singleRequests += requests.length === 1 ? 1 : 0;
  }

  /** Lets every process spend one budget at the same time, while nothing is lost. */
  async spendAtRest(): Promise<void> {
    await this.#each((process) => process.spendAll());
    const spent = this.#requestsOf('at-rest').length;
    const most = mostBudgetedRequests(LIMIT, SIZE, 0);
    // Fewer than the limit are right as well, if the store gives no count.
    if (spent > most) this.faults.push(`a budget of ${LIMIT} made ${spent} requests, instead of ${most}`);
    this.other.budgetAtRest = spent;
  }

  /** Lets every process close its managers and end by itself. */
  async end(): Promise<void> {
    await this.#each((process) => process.end());
    this.#running.clear();
  }

  /** Tells what happened, in a few lines. */
  summary(): string[] {
    const { apiRequests, tokenRequests } = this.#deps.endpoints;
    const disturbances = Object.entries({ ...this.seen, ...this.other });
    return [
      `${this.#started} processes, ${apiRequests} API requests, ${tokenRequests.length} token requests`,
      disturbances.map(([what, count]) => `${what}: ${count}`).join(', '),
    ];
  }

  /** Compares the token requests with what the disturbances explain. Returns a line for each kind. */
  judge(): string[] {
    return [this.#judgeDesk(), this.#judgeBudgets()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((process) => process.kill()));
  }

  #judgeDesk(): string {
    const requests = this.#requestsOf('desk');
    const locked = requests.filter(({ isLocked }) => isLocked).length;
    const most = mostLockedRequests(this.seen, requests.length - locked);
    if (locked > most) this.faults.push(`${locked} token requests under the lock, instead of ${most}`);
    for (const { number } of this.#all) {
      const mine = requests.filter(({ process }) => process === number);
      const own = mine.length;
      if (mine.some(({ isLocked }) => !isLocked) && this.#lacksOutage(number))
        this.faults.push(`process ${number} requested a token without the lock, and without an outage`);
      const refused = this.#deps.endpoints.refusedTo(number, 'desk');
      // A process requests its first token, and one in the place of each refused one.
      if (own > 1 + refused)
        this.faults.push(`process ${number} requested ${own} tokens after ${refused} refusals`);
    }
    return `${locked} token requests of the desk under the lock (at most ${most}), ${requests.length - locked} without`;
  }

  #judgeBudgets(): string {
    const requests = this.#deps.endpoints.tokenRequests.filter(({ client }) => client.startsWith(BUDGETED));
    const totals = [...groupBy(requests, ({ client }) => client)].map(([client, spent]) => {
      const byProcess = groupBy(spent, ({ process }) => process);
      for (const [number, { length }] of byProcess)
        if (length > LIMIT) this.faults.push(`process ${number} made ${length} of ${LIMIT} requests`);
      const startedAt = Number(client.slice(BUDGETED.length)) * SEASON_MS;
      const endedAt = spent.at(-1)?.at ?? startedAt;
      const losses = this.#counterLosses.filter(({ from, to }) => to >= startedAt && from <= endedAt);
      const most = mostBudgetedRequests(LIMIT, byProcess.size, losses.length);
      if (spent.length > most) this.faults.push(`${spent.length} token requests, instead of ${most}`);
      return `${spent.length} (at most ${most})`;
    });
    return `requests of budgets of ${LIMIT}: ${totals.join(', ')}`;
  }

  #requestsOf(name: string): TokenRequestSeen[] {
    return this.#deps.endpoints.tokenRequests.filter(({ client }) => client === name);
  }

  async #add(): Promise<void> {
    this.#started += 1;
    const process = await CallerProcess.start(this.#started, this.#settings, this.#listener);
    this.#all.push(process);
    this.#running.add(process);
  }

  #choose(): Shot {
    const shots = Object.entries(PROBABILITIES) as [Shot, number][];
    let left = this.#deps.random.next() * shots.reduce((sum, [, probability]) => sum + probability, 0);
    for (const [shot, probability] of shots) {
      left -= probability;
      if (left < 0) return shot;
    }
    return 'revoke';
  }

  async #shoot(shot: Shot): Promise<void> {
    switch (shot) {
      case 'kill':
        return this.#kill();
      case 'pause':
        return this.#pause();
      case 'revoke':
        return this.#revoke();
      case 'evict':
        return this.#isRedisPaused ? undefined : this.#evict();
      case 'flush':
        return this.#isRedisPaused ? undefined : this.#flush();
      case 'pauseRedis':
        return this.#isRedisPaused ? undefined : this.#pauseRedis();
      case 'restartRedis':
        return this.#isRedisPaused ? undefined : this.#restartRedis();
    }
  }

  #kill(): void {
    const process = this.#anyRunning();
    if (process === undefined || this.#running.size < SIZE - MOST_MISSING) return;
    this.#running.delete(process);
    this.seen.kills += 1;
    this.#killed.add(process.number);
    this.#last(process.kill().then(() => this.#add()));
  }

  #pause(): void {
    const process = this.#anyRunning();
    if (process === undefined) return;
    this.other.pauses += 1;
    process.pause();
    const pauseMs = this.#deps.random.between(0, MAX_PROCESS_PAUSE_MS);
    this.#last(sleep(pauseMs).then(() => process.resume()));
  }

  #revoke(): void {
    this.seen.revocations += 1;
    this.#deps.endpoints.revoke();
  }

  async #evict(): Promise<void> {
    await this.#operate(async (operator) => {
      const key = String(await operator.randomKey());
      const isCounter = /^\d+$/.test(String(await operator.get(key)));
      if (key.startsWith('desk:') && !isCounter) this.seen.evictions += 1;
      else this.other.otherEvictions += 1;
      const removed = operator.del(key);
      await (isCounter ? this.#losingCounters(removed) : removed);
    });
  }

  async #flush(): Promise<void> {
    this.seen.losses += 1;
    await this.#losingCounters(this.#operate(async (operator) => void (await operator.flushAll())));
  }

  async #losingCounters(operation: Promise<unknown>): Promise<void> {
    const from = Date.now();
    await operation;
    this.#counterLosses.push({ from, to: Date.now() });
  }

  async #pauseRedis(): Promise<void> {
    const { redis, random } = this.#deps;
    this.other.redisPauses += 1;
    this.#isRedisPaused = true;
    await redis.pause();
    const resume = async (): Promise<void> => {
      await redis.resume();
      this.#isRedisPaused = false;
    };
    this.#last(sleep(random.between(0, MAX_REDIS_PAUSE_MS)).then(resume));
  }

  async #restartRedis(): Promise<void> {
    this.other.redisRestarts += 1;
    this.seen.losses += 1;
    await this.#losingCounters(this.#deps.redis.restart());
  }

  async #operate(action: (operator: Operator) => Promise<void>): Promise<void> {
    const operator = await connectTo(this.#deps.redis.url);
    try {
      await action(operator);
    } finally {
      operator.destroy();
    }
  }

  #anyRunning(): CallerProcess | undefined {
    return this.#deps.random.oneOf([...this.#running]);
  }

  /** Notes a disturbance that goes on while others begin. */
  #last(disturbance: Promise<void>): void {
    const lasting = disturbance.finally(() => this.#lasting.delete(lasting));
    this.#lasting.add(lasting);
  }

  async #each<T>(action: (process: CallerProcess) => Promise<T>): Promise<T[]> {
    return Promise.all([...this.#running].map(action));
  }

  /** Whether the process told of no outage, although it was not killed before it could. */
  #lacksOutage(number: number): boolean {
    return !this.#withOutage.has(number) && !this.#killed.has(number);
  }

  readonly #listener: Listener = {
    onFault: (what) => void this.faults.push(what),
    onOutage: (number) => {
      this.seen.outages += 1;
      this.#withOutage.add(number);
    },
    onRefusedTwice: (call) => {
      this.other.callsRefusedTwice += 1;
      this.#deps.endpoints.checkRefusedTwice(call);
    },
  };
}

async function connectTo(url: string) {
  const client = createClient({ url });
  client.on('error', () => undefined);
  return client.connect();
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
