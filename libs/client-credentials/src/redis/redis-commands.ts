/** The Redis commands that a token store uses, for either client library. */
export interface RedisCommands {
  get(key: string): Promise<unknown>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** Sets a value if the key has none; returns whether it was set. */
  setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean>;
  delete(key: string): Promise<void>;
  /** Runs a Lua script on one key. */
  run(script: string, key: string, argument: string): Promise<unknown>;
}

/** The used methods of a connected client or cluster of `redis` (node-redis). */
export interface NodeRedisClient {
  /** `GET`. */
  get(key: string): Promise<unknown>;
  /** `SET` with `PX` and, optionally, `NX`. */
  set(key: string, value: string, options: { PX: number; NX?: true }): Promise<unknown>;
  /** `DEL`. */
  del(key: string): Promise<unknown>;
  /** `EVAL`. */
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** The used methods of a connected client or cluster of `ioredis`. */
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
  /** Not called: its presence distinguishes ioredis from node-redis. */
  defineCommand(name: string, definition: { lua: string }): unknown;
}

/** Adapts a client. `instanceof` is not used, because an application may have several copies of a client library. */
export function commandsOf(client: NodeRedisClient | IoRedisClient): RedisCommands {
  return 'defineCommand' in client ? commandsOfIoRedis(client) : commandsOfNodeRedis(client);
}

function commandsOfNodeRedis(client: NodeRedisClient): RedisCommands {
  return {
    get: (key) => client.get(key),
    set: async (key, value, ttlMs) => void (await client.set(key, value, { PX: ttlMs })),
    setIfAbsent: async (key, value, ttlMs) =>
      (await client.set(key, value, { PX: ttlMs, NX: true })) === 'OK',
    delete: async (key) => void (await client.del(key)),
    run: (script, key, argument) => client.eval(script, { keys: [key], arguments: [argument] }),
  };
}

function commandsOfIoRedis(client: IoRedisClient): RedisCommands {
  return {
    get: (key) => client.get(key),
    set: async (key, value, ttlMs) => void (await client.set(key, value, 'PX', ttlMs)),
    setIfAbsent: async (key, value, ttlMs) => (await client.set(key, value, 'PX', ttlMs, 'NX')) === 'OK',
    delete: async (key) => void (await client.del(key)),
    run: (script, key, argument) => client.eval(script, 1, key, argument),
  };
}
