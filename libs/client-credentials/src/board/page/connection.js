// The browser connects again by itself, unless the server answered with an error.
const RETRY_MS = 5_000;
// A short gap is not worth a word.
const GRACE_MS = 1_500;

/** The stream of server-sent events; where there is none, the state is read now and then. */
export class Connection {
  #source;
  #retry;
  #gap;

  /** @param {{ onState: Function, onLines: Function, onKind: Function }} listener */
  constructor(files, listener) {
    this.files = files;
    this.listener = listener;
  }

  open() {
    this.close();
    const source = new EventSource(`${this.files}events`);
    this.#source = source;
    source.addEventListener('state', ({ data }) => {
      clearTimeout(this.#gap);
      this.#gap = undefined;
      this.#tell(JSON.parse(data), 'live');
    });
    source.addEventListener('lines', ({ data }) => this.listener.onLines(JSON.parse(data)));
    source.addEventListener('error', () => {
      this.#gap ??= setTimeout(() => this.listener.onKind('waiting'), GRACE_MS);
      if (source.readyState === EventSource.CLOSED) void this.#readInstead();
    });
  }

  close() {
    this.#source?.close();
    this.#source = undefined;
    clearTimeout(this.#retry);
    clearTimeout(this.#gap);
    this.#gap = undefined;
  }

  /** The server refused a stream: too many are open, the manager is closed, or the board is forbidden now. */
  async #readInstead() {
    const refused = this.#source;
    this.#retry = setTimeout(() => this.open(), RETRY_MS);
    try {
      const response = await fetch(`${this.files}state`, { cache: 'no-store' });
      if (!response.ok || refused !== this.#source) return;
      clearTimeout(this.#gap);
      this.#tell(await response.json(), 'polling');
    } catch {
      // Tried again with the next stream.
    }
  }

  #tell(state, kind) {
    this.listener.onState(state);
    this.listener.onKind(state.isClosed ? 'closed' : kind);
  }
}
