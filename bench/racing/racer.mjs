import { fork } from 'node:child_process';
import { once } from 'node:events';

const PROGRAM = new URL('./contender-process.mjs', import.meta.url);
const PATIENCE_MS = 2_000;

/** A contender's process, as seen by whoever calls the rounds. */
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
    await this.#order({ order: 'load', scenarioId, contenderId: this.id });
  }

  async prepare(details) {
    if (this.failure === undefined) await this.#order({ order: 'prepare', ...details });
  }

  /** Measures, unless something went wrong before. */
  async round(round) {
    if (this.failure !== undefined) return;
    const startedAt = performance.now();
    const figures = await this.#order({ order: 'round', round });
    if (figures !== undefined) this.rounds.push({ round, tookMs: performance.now() - startedAt, ...figures });
  }

  /** Asks it to end, so that it takes along what it started; one that does not hear is killed. */
  async end() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE_MS);
    await exit;
    clearTimeout(timer);
  }

  async #order(order) {
    const stop = new AbortController();
    const { signal } = stop;
    const timer = setTimeout(() => stop.abort(), this.#limitMs);
    try {
      if (!this.#child.connected) throw new Error('its process ended');
      const answered = once(this.#child, 'message', { signal }).then(([answer]) => answer);
      const died = once(this.#child, 'exit', { signal }).then(() => ({ failure: 'its process ended' }));
      died.catch(() => undefined);
      this.#child.send(order);
      const { figures, failure } = await Promise.race([answered, died]);
      this.failure = failure;
      return figures;
    } catch (error) {
      this.failure = signal.aborted ? `not done after ${this.#limitMs / 1_000} s` : error.message;
      await this.end();
      return undefined;
    } finally {
      clearTimeout(timer);
      stop.abort();
    }
  }
}
