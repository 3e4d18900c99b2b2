import type { JsonValue } from '../config/dialect.js';
import type { TokenRequest } from '../config/token-request.js';

/** The `scope` claim of the JWT of a grant: the scopes that are asked for, separated by blanks. */
export function scopeClaim({ scope = [] }: TokenRequest): Record<string, JsonValue> {
  return { scope: [scope].flat().join(' ') };
}
