import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { bareEnvironment } from '../support/programs.js';

/** A started application, and what it has printed. */
export class StartedApplication implements AsyncDisposable {
  readonly #child: ChildProcess;
  #printed = '';

  /** Starts node with these arguments in a folder, with these environment variables and PATH. */
  constructor(cwd: string, args: string[], environment: NodeJS.ProcessEnv) {
    this.#child = spawn(process.execPath, args, {
      cwd,
      env: {
        ...bareEnvironment(),
        NO_COLOR: '1',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#printed += text));
  }

  /** Resolves once the application has printed the text; rejects if it ends before that. */
  async hasPrinted(text: string): Promise<void> {
    const closed = once(this.#child, 'close');
    while (!this.#printed.includes(text)) {
      const isOver = await Promise.race([
        closed.then(() => true),
        once(this.#child.stdout ?? this.#child, 'data').then(() => false),
      ]);
      if (isOver && !this.#printed.includes(text))
        throw new Error(`The application ended without "${text}":\n${this.#printed}`);
    }
  }

  /** Resolves to the exit code, when the application ends by itself. */
  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null) await once(this.#child, 'close');
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.kill();
    await closed;
  }
}
