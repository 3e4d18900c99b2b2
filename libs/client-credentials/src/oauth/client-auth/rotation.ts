import type { Credential, CredentialSource } from './credentials.js';
import type { ReadInput } from './private-key.js';

/** Order in which one token request tries the client's credentials. */
export class CredentialRotation {
  readonly #source: CredentialSource;
  readonly #input: ReadInput;
  readonly #refused = new Set<string>();
  #known: readonly Credential[] = [];
  #hasReadAgain = false;

  /** @param input - reads configured functions and files under the request's deadline */
  constructor(source: CredentialSource, input: ReadInput) {
    this.#source = source;
    this.#input = input;
  }

  /** Values of all read credentials that no output may show. */
  get secrets(): string[] {
    return this.#known.flatMap(({ secrets }) => secrets);
  }

  /** Whether the token endpoint refused a credential during this token request. */
  get hasRefused(): boolean {
    return this.#refused.size > 0;
  }

  /** The credential of the first attempt. */
  async first(): Promise<Credential> {
    this.#known = await this.#source.read(this.#input, false);
    const [first] = this.#known;
    if (first === undefined)
      throw new Error(
        'The configuration has no credential. Set clientSecret, privateKey, clientAssertion or certificate.',
      );
    return first;
  }

  /**
   * The credential to try after a refused one; `undefined` if none is left.
   *
   * Functions and files are read again, because a rotation may just have happened. Once per token request is
   * enough: a function may return a new credential every time.
   */
  async after(refused: Credential): Promise<Credential | undefined> {
    this.#refused.add(refused.id);
    if (!this.#hasReadAgain) await this.#readAgain();
    return this.#next();
  }

  /** The credential to try after a failed connection: TLS refuses an untrusted client certificate without a response. */
  async afterNoAnswer(current: Credential): Promise<Credential> {
    if (current.certificate === undefined) return current;
    await this.#readAgain();
    return this.#next() ?? current;
  }

  #next(): Credential | undefined {
    return this.#known.find(({ id }) => !this.#refused.has(id));
  }

  /** Reads the credentials again; keeps the known ones if that fails. */
  async #readAgain(): Promise<void> {
    if (!this.#source.mayChange) return;
    this.#hasReadAgain = true;
    try {
      this.#known = await this.#source.read(this.#input, true);
    } catch {
      // The error of the attempt itself is more useful to the caller.
    }
  }
}
