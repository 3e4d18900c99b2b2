/** An answer of the token endpoint, unread. */
export interface TokenResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

/** The body as JSON, or `undefined` if it is none. What its content type says does not matter. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not kept: the parser's message quotes the text.
    return undefined;
  }
}

/** Whether the body is a page for people. */
export function isHtml(text: string): boolean {
  return text.startsWith('<');
}

/**
 * The value at a dotted path. JSON that is packed in a string is unpacked on the way, since some providers wrap their
 * answer so. Only own properties count: nothing is inherited from a prototype.
 */
export function valueAt(body: unknown, path: string): unknown {
  let value = body;
  for (const segment of path.split('.')) {
    const holder = typeof value === 'string' ? parseJson(value) : value;
    if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, segment)) return undefined;
    value = Reflect.get(holder, segment);
  }
  return value;
}
