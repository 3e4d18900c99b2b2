import type { ReceivedRequest } from './loopback-server.js';

/** Parses a JSON object with content type `application/json`; `undefined` for any other body. */
export function readJsonObject(request: ReceivedRequest): Record<string, unknown> | undefined {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return undefined;
  try {
    const value: unknown = JSON.parse(request.body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

export function isFilledString(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
