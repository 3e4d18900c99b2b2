import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ProviderConfig } from 'nestjs-client-credentials/core';

const REPLICA = join(import.meta.dirname, '..', 'fleet', 'replica.mjs');

/** What a fleet is started with. */
export interface FleetOptions {
  readonly size: number;
  /** The folder of the compiled library. */
  readonly library: string;
  readonly redisUrl: string;
  /** As JSON can hold it. */
  readonly provider: ProviderConfig;
}

/** One process with a manager of its own. */
interface Replica {
  /** The value of a token. */
  getToken(options?: object): Promise<string>;
  /** The status of an authorized call. */
  call(): Promise<number>;
  /** What its manager told since the last time. */
  events(): Promise<string[]>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

/** Processes that share a Redis and a provider. */
export interface Fleet extends AsyncDisposable {
  readonly replicas: readonly Replica[];
  /** The same of all at once. */
  all<T>(ask: (replica: Replica) => Promise<T>): Promise<T[]>;
}

export async function startFleet({ size, ...options }: FleetOptions): Promise<Fleet> {
  const encryptionKey = randomBytes(32).toString('base64url');
  const replicas = await Promise.all(
    Array.from({ length: size }, () => Process.start({ ...options, encryptionKey })),
  );
  return {
    replicas,
    all: (ask) => Promise.all(replicas.map(ask)),
    async [Symbol.asyncDispose]() {
      await Promise.all(replicas.map((replica) => replica.kill()));
    },
  };
}

interface Answer {
  readonly id: number | 'ready';
  readonly result?: unknown;
  readonly error?: string;
}

class Process implements Replica {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #asked = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (answer: Answer) => {
      if (answer.id !== 'ready') this.#waiting.get(answer.id)?.(answer);
    });
  }

  static async start(settings: object): Promise<Process> {
    const child = fork(REPLICA, [JSON.stringify(settings)], { execArgv: [] });
    await once(child, 'message');
    return new Process(child);
  }

  getToken(options?: object): Promise<string> {
    return this.#ask('getToken', options) as Promise<string>;
  }

  call(): Promise<number> {
    return this.#ask('call') as Promise<number>;
  }

  events(): Promise<string[]> {
    return this.#ask('events') as Promise<string[]>;
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  async #ask(command: string, argument?: object): Promise<unknown> {
    const id = (this.#asked += 1);
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#child.send({ id, command, argument });
    const { result, error } = await answered;
    if (error !== undefined) throw new Error(error);
    return result;
  }
}
