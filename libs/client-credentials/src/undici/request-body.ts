import { isForm, requestBodyOf } from '../http/request-body.js';

/** The largest body of an iterable that is kept for a replay, in bytes. */
const MAX_KEPT_BYTES = 1024 * 1024;

/** The body of a call, for each time that it is sent. */
export interface CallBody {
  readonly isRepeatable: boolean;
  /** What to send the next time. Undici takes more than its types name. */
  readonly data: unknown;
  /** The content type of a form, whose boundary is chosen here. */
  readonly contentType?: string | undefined;
}

const NO_BODY: CallBody = Object.freeze({ isRepeatable: true, data: undefined });

/** The body of a call: an iterable is kept while it is sent, and a form gets its boundary once. */
export function callBodyOf(body: unknown): CallBody {
  if (body === undefined || body === null) return NO_BODY;
  if (typeof body !== 'object' || Buffer.isBuffer(body)) return { isRepeatable: true, data: body };
  if (isForm(body)) {
    return requestBodyOf<unknown>(body);
  }
  if (body instanceof Blob || ArrayBuffer.isView(body) || body instanceof ArrayBuffer)
    return { isRepeatable: true, data: body };
  if ('pipe' in body) return { isRepeatable: false, data: body };
  return isIterable(body) ? new KeptIterable(body) : { isRepeatable: false, data: body };
}

type Chunk = string | Uint8Array;
type Chunks = AsyncIterable<Chunk> | Iterable<Chunk>;

function isIterable(body: object): body is Chunks {
  return Symbol.asyncIterator in body || Symbol.iterator in body;
}

/** The chunks of an iterable, kept while they are sent, up to 1 MiB. */
class KeptIterable implements CallBody {
  readonly #source: Chunks;
  #bytes: Buffer | undefined;
  #isTaken = false;

  constructor(source: Chunks) {
    this.#source = source;
  }

  get isRepeatable(): boolean {
    return this.#bytes !== undefined;
  }

  get data(): unknown {
    if (this.#isTaken && this.#bytes !== undefined) return this.#bytes;
    this.#isTaken = true;
    return this.#chunks();
  }

  async *#chunks(): AsyncGenerator<Chunk> {
    let kept: Buffer[] | undefined = [];
    let size = 0;
    for await (const chunk of this.#source) {
      if (kept !== undefined) {
        // A copy: whoever makes the chunks may use the memory again.
        const copy = typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk);
        size += copy.byteLength;
        if (size > MAX_KEPT_BYTES) kept = undefined;
        else kept.push(copy);
      }
      yield chunk;
    }
    if (kept !== undefined) this.#bytes = Buffer.concat(kept);
  }
}
