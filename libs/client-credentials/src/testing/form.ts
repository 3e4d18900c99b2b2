/**
 * Decodes `application/x-www-form-urlencoded`. A repeated name gets an array.
 *
 * @internal
 */
export function parseForm(text: string): Record<string, string | string[]> {
  const values = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    const earlier = values.get(name);
    values.set(name, earlier === undefined ? value : [...[earlier].flat(), value]);
  }
  // `fromEntries` defines own properties, so that `__proto__` is a parameter like any other.
  return Object.fromEntries(values);
}

/**
 * Whether a text is correctly form-encoded.
 *
 * URLSearchParams decodes any text, and would hide that a client sent `100%` unencoded.
 *
 * @internal
 */
export function isFormEncoded(text: string): boolean {
  return /^(?:[!-$&-~]|%[0-9A-Fa-f]{2})*$/.test(text);
}

/**
 * Decodes one form-encoded value; `undefined` if the encoding is wrong.
 *
 * @internal
 */
export function decodeFormValue(text: string): string | undefined {
  if (!isFormEncoded(text)) return undefined;
  // `&` must not split the value.
  const escaped = text.replaceAll('&', '%26');
  return new URLSearchParams(`value=${escaped}`).get('value') ?? undefined;
}
