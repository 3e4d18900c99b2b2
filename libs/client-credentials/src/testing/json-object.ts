import type { JsonValue } from '../config/dialect.js';

/**
 * Parses a JSON object; `undefined` for any other text.
 *
 * @internal
 */
export function parseJsonObject(text: string): Record<string, JsonValue> | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
