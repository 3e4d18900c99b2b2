/** The body that `reacquire.on` gets: parsed if it is JSON, else as text; `undefined` for a stream. */
export function parsedData(data: unknown): unknown {
  const text = textOf(data);
  if (text === undefined) return isPlain(data) ? data : undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function textOf(data: unknown): string | undefined {
  if (typeof data === 'string') return data;
  if (data instanceof ArrayBuffer) return new TextDecoder().decode(data);
  if (ArrayBuffer.isView(data))
    return new TextDecoder().decode(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return undefined;
}

/** Mock adapters may respond with a parsed object. */
function isPlain(data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return false;
  const prototype: unknown = Object.getPrototypeOf(data);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}

/** Whether a predicate may read the body: JSON, or text that ends. A stream would be waited for to its last byte. */
export function isReadable(contentType = 'text/plain'): boolean {
  return /\bjson\b|^text\/(?!event-stream)/i.test(contentType);
}
