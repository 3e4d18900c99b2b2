/** The largest body of a `Request` that is kept for a replay, in bytes. */
const MAX_KEPT_BYTES = 1024 * 1024;

/** The bytes of a body, kept while it is sent, up to 1 MiB. */
export class KeptBody {
  /** The whole body; `undefined` as long as it is still being read, and for good where it is larger. */
  bytes: Uint8Array<ArrayBuffer> | undefined;

  /** @param copy - a clone's body: reading it does not disturb the one that is sent */
  constructor(copy: ReadableStream<Uint8Array>) {
    // A body that fails is a fault of the sending as well, which reports it.
    this.#read(copy).catch(() => undefined);
  }

  async #read(copy: ReadableStream<Uint8Array>): Promise<void> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const reader = copy.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.byteLength;
      if (size > MAX_KEPT_BYTES) {
        await reader.cancel();
        return;
      }
      chunks.push(value);
    }
    const bytes = new Uint8Array(size);
    let offset = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, offset);
      offset += chunk.byteLength;
    }
    this.bytes = bytes;
  }
}
