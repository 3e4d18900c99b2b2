import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ProviderConfig } from 'nestjs-client-credentials/core';

const REPLICA = join(import.meta.dirname, '..', 'fleet', 'replica.mjs');

/** Store that the processes share. */
export interface SharedStore {
  readonly kind: 'redis' | 'postgres';
  readonly url: string;
}

/** Options of {@link startFleet}. */
export interface FleetOptions {
  readonly size: number;
  /** Folder of the compiled library. */
  readonly library: string;
  readonly store: SharedStore;
  /** Provider configuration; must be serializable as JSON. */
  readonly provider: ProviderConfig;
}

/** One child process with its own manager. */
interface Replica {
  /** Returns the value of a token. */
  getToken(options?: object): Promise<string>;
  /** Returns the status of an authorized call. */
  call(): Promise<number>;
  /** Returns the types of events since the last call. */
  events(): Promise<string[]>;
  /** Kills the process with SIGKILL. */
  kill(): Promise<void>;
}

/** Child processes that share a store and a provider. */
export interface Fleet extends AsyncDisposable {
  readonly replicas: readonly Replica[];
  /** Runs one action on all replicas concurrently. */
  all<T>(action: (replica: Replica) => Promise<T>): Promise<T[]>;
}

export async function startFleet({ size, ...options }: FleetOptions): Promise<Fleet> {
  const encryptionKey = randomBytes(32).toString('base64url');
  const replicas = await Promise.all(
    Array.from({ length: size }, () => Process.start({ ...options, encryptionKey })),
  );
  return {
    replicas,
    all: (action) => Promise.all(replicas.map(action)),
    async [Symbol.asyncDispose]() {
      await Promise.all(replicas.map((replica) => replica.kill()));
    },
  };
}

interface Reply {
  readonly id: number | 'ready';
  readonly result?: unknown;
  readonly error?: string;
}

class Process implements Replica {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #lastId = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (reply: Reply) => {
      if (reply.id !== 'ready') this.#waiting.get(reply.id)?.(reply);
    });
  }

  static async start(settings: object): Promise<Process> {
    const child = fork(REPLICA, [JSON.stringify(settings)], { execArgv: [] });
    await once(child, 'message');
    return new Process(child);
  }

  getToken(options?: object): Promise<string> {
    return this.#send('getToken', options) as Promise<string>;
  }

  call(): Promise<number> {
    return this.#send('call') as Promise<number>;
  }

  events(): Promise<string[]> {
    return this.#send('events') as Promise<string[]>;
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  async #send(command: string, argument?: object): Promise<unknown> {
    const id = (this.#lastId += 1);
    const replied = new Promise<Reply>((resolve) => this.#waiting.set(id, resolve));
    this.#child.send({ id, command, argument });
    const { result, error } = await replied;
    if (error !== undefined) throw new Error(error);
    return result;
  }
}
