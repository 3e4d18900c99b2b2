import type { ReceivedRequest } from './loopback-server.js';

/** The body as a JSON object, or `undefined` when it is none or does not say that it is. */
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
