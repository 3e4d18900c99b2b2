/** Wrong use of the command: its message goes to stderr, and the command ends with {@link exitCode}. */
export class UsageError extends Error {
  /** 2 for wrong arguments and missing files, 1 for a configuration that cannot be read. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 2) {
    super(message);
    this.exitCode = exitCode;
  }
}
