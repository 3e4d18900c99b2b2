import type { LoggerService } from '@nestjs/common';

/** Nest's log as lines with their level, to be read by a test. */
export class NestLines implements LoggerService {
  readonly lines: string[] = [];
  readonly log = (message: unknown): void => this.#keep('log', message);
  readonly debug = (message: unknown): void => this.#keep('debug', message);
  readonly verbose = (message: unknown): void => this.#keep('verbose', message);
  readonly warn = (message: unknown): void => this.#keep('warn', message);
  readonly error = (message: unknown): void => this.#keep('error', message);
  readonly fatal = (message: unknown): void => this.#keep('fatal', message);

  /** What an operator must not overlook. */
  get alarms(): string[] {
    return this.lines.filter((line) => /^(warn|error|fatal) /.test(line));
  }

  #keep(level: string, message: unknown): void {
    const text = message instanceof Error ? `${message.message}\n${message.stack ?? ''}` : String(message);
    this.lines.push(`${level} ${text}`);
  }
}
