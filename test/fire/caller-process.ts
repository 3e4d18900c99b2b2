import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { requirePausing } from '../support/programs.js';

const CALLER = join(import.meta.dirname, 'caller.mjs');

/** What a process tells without being asked. */
export interface Listener {
  readonly onFault: (what: string) => void;
  /** The manager of the desk found its store not to answer. */
  readonly onOutage: (process: number) => void;
  /** A call got a 401 for its second token too. */
  readonly onRefusedTwice: (call: string) => void;
}

interface Message {
  readonly isReady?: true;
  readonly fault?: string;
  readonly outage?: number;
  readonly refusedTwice?: string;
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** A process that makes calls until it is killed, or told to rest. */
export class CallerProcess {
  readonly number: number;
  readonly #child: ChildProcess;
  readonly #exited: Promise<string>;
  readonly #replies = new Map<number, (message: Message) => void>();
  #isKilled = false;
  #lastId = 0;

  private constructor(number: number, settings: object, listener: Listener) {
    this.number = number;
    this.#child = fork(CALLER, [JSON.stringify({ ...settings, number })], { execArgv: [] });
    this.#child.on('message', (message: Message) => this.#receive(message, listener));
    this.#exited = once(this.#child, 'exit').then(([code, signal]) => {
      const end = String(signal ?? code);
      if (end !== (this.#isKilled ? 'SIGKILL' : '0'))
        listener.onFault(`process ${number}: ended with ${end}`);
      return end;
    });
  }

  static async start(number: number, settings: object, listener: Listener): Promise<CallerProcess> {
    const started = new CallerProcess(number, settings, listener);
    await Promise.race([once(started.#child, 'message'), started.#exited]);
    return started;
  }

  /** Stops the process with SIGSTOP: its connections and timers stay. */
  pause(): void {
    requirePausing();
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    this.#isKilled = true;
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** Ends all calls; resolves when the last one has its response. */
  async rest(): Promise<void> {
    await this.#send('rest');
  }

  /** Makes one call to the desk. Returns its status. */
  async call(): Promise<number> {
    return (await this.#send('call')) as number;
  }

  /** Requests tokens of one client until its budget is used up, as far as the process can tell. */
  async spendAll(): Promise<void> {
    await this.#send('spendAll');
  }

  /** Closes the managers. Resolves once the process has ended by itself. */
  async end(): Promise<void> {
    await this.#send('end');
    await this.#exited;
  }

  async #send(command: 'rest' | 'call' | 'spendAll' | 'end'): Promise<unknown> {
    const id = (this.#lastId += 1);
    const replied = new Promise<Message>((resolve) => this.#replies.set(id, resolve));
    this.#child.send({ id, command });
    const ended = this.#exited.then((end): Message => ({ error: `the process ended with ${end}` }));
    const { result, error } = await Promise.race([replied, ended]);
    if (error !== undefined) throw new Error(`${command} of process ${this.number}: ${error}`);
    return result;
  }

  #receive(message: Message, { onFault, onOutage, onRefusedTwice }: Listener): void {
    if (message.fault !== undefined) onFault(message.fault);
    else if (message.outage !== undefined) onOutage(message.outage);
    else if (message.refusedTwice !== undefined) onRefusedTwice(message.refusedTwice);
    else if (message.id !== undefined) this.#replies.get(message.id)?.(message);
  }
}
