/**
 * Decodes `application/x-www-form-urlencoded`. A name that occurs more than once has an array.
 *
 * @internal
 */
export function parseForm(text: string): Record<string, string | string[]> {
  const values = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    const earlier = values.get(name);
    values.set(name, earlier === undefined ? value : [...[earlier].flat(), value]);
  }
  // fromEntries defines properties, so that a parameter called __proto__ is one like any other.
  return Object.fromEntries(values);
}

/**
 * Whether a text can be the output of a form encoder. URLSearchParams itself decodes anything, and would hide that
 * a client sent `100%` as it is.
 *
 * @internal
 */
export function isFormEncoded(text: string): boolean {
  return /^(?:[!-$&-~]|%[0-9A-Fa-f]{2})*$/.test(text);
}

/**
 * Decodes one form-encoded value; `undefined` if it is none.
 *
 * @internal
 */
export function decodeFormValue(text: string): string | undefined {
  if (!isFormEncoded(text)) return undefined;
  // As a value of its own, `&` and `=` in it must not split it.
  const escaped = text.replaceAll('&', '%26');
  return new URLSearchParams(`value=${escaped}`).get('value') ?? undefined;
}
