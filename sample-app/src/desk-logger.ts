import type { LoggerService } from '@nestjs/common';

/** Contexts whose every line is printed: token events, what is done to the sandbox, documents. */
const TOLD = ['ClientCredentialsModule', 'Sandbox', 'Desk'];

/** Prints one line per event of a token, per control and per document, and warnings and errors of others. */
export class DeskLogger implements LoggerService {
  /** Whether events are printed; warnings and errors always are. */
  isTelling = false;

  constructor(
    private readonly print: (line: string) => void = (line) => console.log(line),
    private readonly now: () => Date = () => new Date(),
  ) {}

  log(message: unknown, ...details: unknown[]): void {
    this.tell(message, details);
  }

  debug(message: unknown, ...details: unknown[]): void {
    this.tell(message, details);
  }

  warn(message: unknown): void {
    this.write(message);
  }

  error(message: unknown, ...details: unknown[]): void {
    // A failure to listen reaches the caller, who says more about it.
    if (this.isTelling || details.at(-1) !== 'NestApplication') this.write(message);
  }

  private tell(message: unknown, details: unknown[]): void {
    if (this.isTelling && TOLD.includes(String(details.at(-1)))) this.write(message);
  }

  private write(message: unknown): void {
    const text = message instanceof Error ? message.message : String(message);
    const time = this.now().toTimeString().slice(0, 8);
    this.print(`${time}  ${text.replaceAll(/\s*\n\s*/g, ' ')}`);
  }
}
