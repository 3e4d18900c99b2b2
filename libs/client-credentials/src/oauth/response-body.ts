/** A response of the token endpoint, with its body unparsed. */
export interface TokenResponse {
  readonly status: number;
  /** Header values by lower-case header name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

/** Parses a body as JSON; `undefined` if that fails. The content type is ignored. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's error is dropped: its message quotes the body.
    return undefined;
  }
}

/** Whether a body is an HTML page. */
export function isHtml(text: string): boolean {
  return text.startsWith('<');
}

/**
 * Reads the value at a dotted path, own properties only.
 *
 * A string on the path is parsed as JSON, because some providers wrap their response in a string.
 */
export function valueAt(body: unknown, path: string): unknown {
  let value = body;
  for (const segment of path.split('.')) {
    const parent = typeof value === 'string' ? parseJson(value) : value;
    if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, segment)) return undefined;
    value = Reflect.get(parent, segment);
  }
  return value;
}
