import type { Credential, CredentialSource } from './credentials.js';
import type { ReadInput } from './private-key.js';

/** Which of a client's credentials one acquisition tries, and in what order. */
export class CredentialRotation {
  readonly #source: CredentialSource;
  readonly #input: ReadInput;
  readonly #refused = new Set<string>();
  #known: readonly Credential[] = [];
  #hasReadAgain = false;

  /** @param input - how something is read that the configuration names */
  constructor(source: CredentialSource, input: ReadInput) {
    this.#source = source;
    this.#input = input;
  }

  /** What no error may show. */
  get secrets(): string[] {
    return this.#known.flatMap(({ secrets }) => secrets);
  }

  /** Whether the provider refused one. */
  get hasRefused(): boolean {
    return this.#refused.size > 0;
  }

  /** The one to try first. */
  async first(): Promise<Credential> {
    this.#known = await this.#source.read(this.#input, false);
    const [first] = this.#known;
    if (first === undefined) throw new Error('The configuration names no credential.');
    return first;
  }

  /**
   * The one to try after this one was refused; `undefined` if there is no other. What may have changed is read once more, since
   * it may just have been rotated; not again and again, since it may be another one every time.
   */
  async after(refused: Credential): Promise<Credential | undefined> {
    this.#refused.add(refused.id);
    if (!this.#hasReadAgain) await this.#readAgain();
    return this.#next();
  }

  /** The one to try after nobody answered: a certificate that is not trusted any more is refused before that. */
  async afterNoAnswer(current: Credential): Promise<Credential> {
    if (current.certificate === undefined) return current;
    await this.#readAgain();
    return this.#next() ?? current;
  }

  #next(): Credential | undefined {
    return this.#known.find(({ id }) => !this.#refused.has(id));
  }

  /** What cannot be read again stays as it was. */
  async #readAgain(): Promise<void> {
    if (!this.#source.mayChange) return;
    this.#hasReadAgain = true;
    try {
      this.#known = await this.#source.read(this.#input, true);
    } catch {
      // The refusal, or the silence, says more than this.
    }
  }
}
