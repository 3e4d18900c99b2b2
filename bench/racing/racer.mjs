import { fork } from 'node:child_process';
import { once } from 'node:events';

const PROGRAM = new URL('./contender-process.mjs', import.meta.url);
const EXIT_DEADLINE_MS = 2_000;

/** Controls the process of a contender. */
export class Racer {
  #child;
  #limitMs;
  rounds = [];
  failure;

  constructor(id, { execArgv = [], limitMs }) {
    this.id = id;
    this.#limitMs = limitMs;
    this.#child = fork(PROGRAM, { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  }

  async load(scenarioId) {
    await this.#send({ command: 'load', scenarioId, contenderId: this.id });
  }

  async prepare(details) {
    if (this.failure === undefined) await this.#send({ command: 'prepare', ...details });
  }

  /** Measures one round, unless an earlier step failed. */
  async round(round) {
    if (this.failure !== undefined) return;
    const startedAt = performance.now();
    const figures = await this.#send({ command: 'round', round });
    if (figures !== undefined) this.rounds.push({ round, tookMs: performance.now() - startedAt, ...figures });
  }

  /** Disconnects, so that the process exits with its children; kills the process after a deadline. */
  async end() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), EXIT_DEADLINE_MS);
    await exit;
    clearTimeout(timer);
  }

  async #send(message) {
    const stop = new AbortController();
    const { signal } = stop;
    const timer = setTimeout(() => stop.abort(), this.#limitMs);
    try {
      if (!this.#child.connected) throw new Error('its process exited');
      const replied = once(this.#child, 'message', { signal }).then(([reply]) => reply);
      const exited = once(this.#child, 'exit', { signal }).then(() => ({ failure: 'its process exited' }));
      exited.catch(() => undefined);
      this.#child.send(message);
      const { figures, failure } = await Promise.race([replied, exited]);
      this.failure = failure;
      return figures;
    } catch (error) {
      this.failure = signal.aborted ? `not finished after ${this.#limitMs / 1_000} s` : error.message;
      await this.end();
      return undefined;
    } finally {
      clearTimeout(timer);
      stop.abort();
    }
  }
}
