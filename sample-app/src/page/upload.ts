import type { IncomingMessage } from 'node:http';

/** Files and fields of a form. */
export interface Upload {
  files: { name: string; content: Buffer }[];
  /** Value of a text field; empty if the field is missing. */
  field: (name: string) => string;
}

/** A form that cannot be read; the message is for its sender. */
export class UploadError extends Error {}

const MAX_BYTES = 10 * 1024 * 1024;

/** Reads a form with files (`multipart/form-data`). */
export async function readUpload(request: IncomingMessage): Promise<Upload> {
  const type = request.headers['content-type'] ?? '';
  const body = await readBody(request);
  if (body === undefined) throw new UploadError('The documents are larger than 10 MB. Send smaller ones.');
  let form: FormData;
  try {
    form = await new Response(body, { headers: { 'content-type': type } }).formData();
  } catch {
    throw new UploadError('The form cannot be read. Send it as multipart/form-data.');
  }
  const files: Upload['files'] = [];
  for (const value of form.getAll('document')) {
    if (typeof value === 'string') continue;
    const content = Buffer.from(await value.arrayBuffer());
    if (content.length > 0) files.push({ name: nameOf(value.name), content });
  }
  if (files.length === 0)
    throw new UploadError('There is no document, or an empty one. Choose a file with content.');
  return {
    files,
    field: (name) => {
      const value = form.get(name);
      return typeof value === 'string' ? value : '';
    },
  };
}

/** Name of a file without control characters, of a length that a page can show. */
function nameOf(name: string): string {
  const shown = name.replaceAll(/\p{Cc}/gu, '').slice(0, 200);
  return shown === '' ? 'document' : shown;
}

/** Reads to the end: an answer during an upload would break the browser's connection. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BYTES) chunks.push(chunk);
  }
  return bytes <= MAX_BYTES ? Buffer.concat(chunks) : undefined;
}
