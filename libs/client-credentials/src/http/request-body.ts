import { randomBytes } from 'node:crypto';

/** A request body, and whether it can be sent twice with the same bytes. */
export interface RequestBody<T = unknown> {
  readonly data: T;
  readonly isRepeatable: boolean;
  /** The content type of a form, whose boundary is chosen here. */
  readonly contentType?: string;
}

/**
 * Makes a form repeatable: its boundary is chosen here, once. A body that can be read only once stays as it is: a stream, a
 * `form-data` instance.
 */
export function requestBodyOf<T>(data: T): RequestBody<T | Blob> {
  if (typeof data !== 'object' || data === null) return { data, isRepeatable: true };
  if (isForm(data) && hasOnlyNativeFiles(data)) {
    const blob = multipart(data);
    return { data: blob, isRepeatable: true, contentType: blob.type };
  }
  return { data, isRepeatable: !isReadOnce(data) };
}

/** Copies a body, as `fetch` does: the caller may change the same object later. */
export function bodyCopyOf(body: NonNullable<RequestInit['body']>): NonNullable<RequestInit['body']> {
  if (body instanceof URLSearchParams) return new URLSearchParams(body);
  if (body instanceof ArrayBuffer) return body.slice(0);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice();
  if (!(body instanceof FormData)) return body;
  const form = new FormData();
  for (const [name, value] of body) form.append(name, value);
  return form;
}

/** Recognises a form by its shape: there are implementations beside the platform's. A `form-data` instance is a stream. */
export function isForm(data: unknown): data is FormData {
  if (typeof data !== 'object' || data === null || 'pipe' in data) return false;
  return Symbol.iterator in data && Reflect.get(data, Symbol.toStringTag) === 'FormData';
}

/** Whether all files are of the platform: a blob cannot hold files of another implementation. */
function hasOnlyNativeFiles(form: FormData): boolean {
  return [...form.values()].every((value) => typeof value === 'string' || value instanceof Blob);
}

function isReadOnce(data: object): boolean {
  // The adapter chooses a new boundary for such a form each time.
  return isForm(data) || 'pipe' in data || 'getReader' in data || Symbol.asyncIterator in data;
}

/**
 * Encodes a form as `multipart/form-data` (RFC 7578, with the escapes of the Fetch standard). The blob refers to the files and
 * does not copy them.
 */
function multipart(form: FormData): Blob {
  // Lower case: a blob lower-cases its type.
  const boundary = `form-${randomBytes(16).toString('hex')}`;
  const parts: (string | Blob)[] = [];
  for (const [name, value] of form) {
    parts.push(`--${boundary}\r\nContent-Disposition: form-data; name="${escaped(normalized(name))}"`);
    if (typeof value === 'string') {
      parts.push(`\r\n\r\n${normalized(value)}\r\n`);
    } else {
      const type = value.type === '' ? 'application/octet-stream' : value.type;
      parts.push(`; filename="${escaped(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`, value, '\r\n');
    }
  }
  parts.push(`--${boundary}--\r\n`);
  return new Blob(parts, { type: `multipart/form-data; boundary=${boundary}` });
}

function normalized(text: string): string {
  return text.replaceAll(/\r\n|\r|\n/g, '\r\n');
}

function escaped(text: string): string {
  return text.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
}
