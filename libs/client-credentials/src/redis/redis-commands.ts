/** What a Redis store needs of a client, whichever it is. */
export interface RedisCommands {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** Sets a value if there is none. The answer is whether it did. */
  setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean>;
  delete(key: string): Promise<void>;
  /** Runs a script over one key. */
  run(script: string, key: string, argument: string): Promise<unknown>;
}

/** A connected client or cluster of `redis` (node-redis), as far as it is used. */
export interface NodeRedisClient {
  /** `GET`. */
  get(key: string): Promise<unknown>;
  /** `SET` with `PX`, and perhaps `NX`. */
  set(key: string, value: string, options: { PX: number; NX?: true }): Promise<unknown>;
  /** `DEL`. */
  del(key: string): Promise<unknown>;
  /** `EVAL`. */
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** A connected client or cluster of `ioredis`, as far as it is used. */
export interface IoRedisClient {
  /** `GET`. */
  get(key: string): Promise<unknown>;
  /** `SET` with `PX`. */
  set(key: string, value: string, px: 'PX', ttlMs: number): Promise<unknown>;
  /** `SET` with `PX` and `NX`. */
  set(key: string, value: string, px: 'PX', ttlMs: number, nx: 'NX'): Promise<unknown>;
  /** `DEL`. */
  del(key: string): Promise<unknown>;
  /** `EVAL`. */
  eval(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>;
  /** What tells it from a client of node-redis. */
  defineCommand(name: string, definition: { lua: string }): unknown;
}

/** Speaks to a client in its own way. They are told apart by their shape, since there may be several copies of each. */
export function commandsOf(client: NodeRedisClient | IoRedisClient): RedisCommands {
  return 'defineCommand' in client ? commandsOfIoRedis(client) : commandsOfNodeRedis(client);
}

function commandsOfNodeRedis(client: NodeRedisClient): RedisCommands {
  return {
    get: async (key) => textOf(await client.get(key)),
    set: async (key, value, ttlMs) => void (await client.set(key, value, { PX: ttlMs })),
    setIfAbsent: async (key, value, ttlMs) => isOk(await client.set(key, value, { PX: ttlMs, NX: true })),
    delete: async (key) => void (await client.del(key)),
    run: (script, key, argument) => client.eval(script, { keys: [key], arguments: [argument] }),
  };
}

function commandsOfIoRedis(client: IoRedisClient): RedisCommands {
  return {
    get: async (key) => textOf(await client.get(key)),
    set: async (key, value, ttlMs) => void (await client.set(key, value, 'PX', ttlMs)),
    setIfAbsent: async (key, value, ttlMs) => isOk(await client.set(key, value, 'PX', ttlMs, 'NX')),
    delete: async (key) => void (await client.del(key)),
    run: (script, key, argument) => client.eval(script, 1, key, argument),
  };
}

function textOf(answer: unknown): string | undefined {
  return typeof answer === 'string' ? answer : undefined;
}

function isOk(answer: unknown): boolean {
  return answer === 'OK';
}
