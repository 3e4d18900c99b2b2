/** Something that a button does to the sandbox. */
export interface Control {
  /** Last part of the form's address. */
  readonly id: string;
  /** Text of the button. */
  readonly label: string;
  /** What the button does, in a sentence. */
  readonly hint: string;
  /**
   * Does it, and resolves to a sentence about what came of it.
   *
   * @param say - shows a sentence meanwhile
   */
  run(say: (sentence: string) => void): Promise<string>;
  /** Ends at once what would end by itself later. */
  close?(): void;
}

/** Seconds after which a change ends by itself. */
export const CHANGE_SECONDS = 20;

/** `1 call`, `2 calls`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
