import type { Credential, CredentialSource } from './credentials.js';

/** Order in which one token request tries the client's credentials. */
export class CredentialRotation {
  readonly #source: CredentialSource;
  readonly #secrets: Set<string>;
  readonly #refused = new Set<string>();
  #known: readonly Credential[] = [];
  #hasReadAgain = false;

  private constructor(source: CredentialSource, secrets: Set<string>) {
    this.#source = source;
    this.#secrets = secrets;
  }

  /**
   * Reads the credentials, and returns the credential of the first attempt too.
   *
   * @param secrets - receives the values of all read credentials that no output may show
   */
  static async start(
    source: CredentialSource,
    secrets: Set<string>,
  ): Promise<{ readonly rotation: CredentialRotation; readonly first: Credential }> {
    const rotation = new CredentialRotation(source, secrets);
    await rotation.#read(false);
    const [first] = rotation.#known;
    if (first === undefined)
      throw new Error(
        'The configuration has no credential. Set clientSecret, privateKey, clientAssertion or certificate.',
      );
    return { rotation, first };
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

  /** Notes the accepted credential. Reports a rotation if another one was accepted before, or refused now. */
  accept({ id }: Credential, onRotation: (wasRefused: boolean) => void): void {
    const { accepted, isEphemeral } = this.#source;
    const isAnother = !isEphemeral && accepted !== undefined && accepted !== id;
    const wasRefused = this.#refused.size > 0;
    this.#source.accepted = id;
    if (isAnother || wasRefused) onRotation(wasRefused);
  }

  #next(): Credential | undefined {
    return this.#known.find(({ id }) => !this.#refused.has(id));
  }

  /** Reads the credentials, the last accepted first. */
  async #read(again: boolean): Promise<void> {
    const read = await this.#source.read(again);
    const { accepted } = this.#source;
    this.#known = read.toSorted((a, b) => Number(b.id === accepted) - Number(a.id === accepted));
    for (const secret of read.flatMap(({ secrets }) => secrets)) this.#secrets.add(secret);
  }

  /** Reads the credentials again; keeps the known ones if that fails. */
  async #readAgain(): Promise<void> {
    if (!this.#source.mayChange) return;
    this.#hasReadAgain = true;
    try {
      await this.#read(true);
    } catch {
      // The error of the attempt itself is more useful to the caller.
    }
  }
}
