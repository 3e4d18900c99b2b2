import { randomBytes } from 'node:crypto';

/** A body that can be sent as often as needed, with the same bytes each time, or one that cannot. */
export interface RequestBody<T = unknown> {
  readonly data: T;
  readonly isRepeatable: boolean;
  /** The content type that goes with it, where it had to be settled here. */
  readonly contentType?: string;
}

/**
 * Makes a body repeatable where it is not by nature. A form gets its boundary here, once, or each sending would choose
 * its own. What can be read only once is left as it is: a stream, a `form-data` instance.
 */
export function requestBodyOf<T>(data: T): RequestBody<T | Blob> {
  if (isForm(data) && hasOnlyNativeFiles(data)) {
    const blob = multipart(data);
    return { data: blob, isRepeatable: true, contentType: blob.type };
  }
  return { data, isRepeatable: !isReadOnce(data) };
}

/** A body as it is now, which is what `fetch` sends: the caller may go on to change the same object. */
export function bodyCopyOf(body: NonNullable<RequestInit['body']>): NonNullable<RequestInit['body']> {
  if (body instanceof URLSearchParams) return new URLSearchParams(body);
  if (body instanceof ArrayBuffer) return body.slice(0);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice();
  if (!(body instanceof FormData)) return body;
  const form = new FormData();
  for (const [name, value] of body) form.append(name, value);
  return form;
}

/** By its shape: there are implementations beside the platform's. A `form-data` instance is a stream, not a form. */
export function isForm(data: unknown): data is FormData {
  if (typeof data !== 'object' || data === null || 'pipe' in data) return false;
  return Symbol.iterator in data && Reflect.get(data, Symbol.toStringTag) === 'FormData';
}

/** Files of another implementation could not be put into a blob; such a form is left to whoever can read it. */
function hasOnlyNativeFiles(form: FormData): boolean {
  return [...form.values()].every((value) => typeof value === 'string' || value instanceof Blob);
}

function isReadOnce(data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return false;
  if (data instanceof Blob || data instanceof URLSearchParams || data instanceof ArrayBuffer) return false;
  if (ArrayBuffer.isView(data)) return false;
  // A form that is left to others gets a new boundary from them each time.
  return isForm(data) || 'pipe' in data || 'getReader' in data || Symbol.asyncIterator in data;
}

/**
 * A form as `multipart/form-data` (RFC 7578, with the escapes of the Fetch standard). Files stay where they are: the
 * blob refers to them.
 */
function multipart(form: FormData): Blob {
  // Lower case, since a blob's type is.
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
