import type { StandardParameter } from './dialect.js';

const STANDARD: readonly StandardParameter[] = [
  'grant_type',
  'client_id',
  'client_secret',
  'scope',
  'audience',
  'resource',
];
// RFC 7521 §4.2: what proves the client's identity is never a parameter that anybody may set.
const ASSERTION = ['client_assertion', 'client_assertion_type'];

/** The names that only the library may set, as they are sent; `null` for one that is not sent. */
export function standardNamesOf(renamed: Readonly<Record<string, unknown>>): unknown[] {
  const names = STANDARD.map((name) => (renamed[name] === undefined ? name : renamed[name]));
  return [...names, ...ASSERTION];
}
