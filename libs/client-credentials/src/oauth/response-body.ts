/** A response of the token endpoint, with its body unparsed. */
export interface TokenResponse {
  readonly status: number;
  /** Header values by lower-case header name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
  /** The parsed body, kept by {@link bodyOf}. */
  parsed?: ParsedBody;
}

/** A body that was parsed as JSON. */
export interface ParsedBody {
  /** `undefined` if the body is no JSON. */
  readonly value: unknown;
  /** Where members are: the value, or what a string as the value holds. */
  readonly container: unknown;
}

// A wrapped response is parsed for each path that is looked for.
const MAX_WRAPPED_LENGTH = 65_536;
// Real responses have a few levels; the parser needs a tenth of a second for a MiB of brackets.
const MAX_DEPTH = 200;
const MIN_HOSTILE_LENGTH = 16_384;
// Char codes that differ from those of the closing brackets by 2.
const ARRAY = 0x5b;
const OBJECT = 0x7b;

/** Parses the body of a response as JSON, once. */
export function bodyOf(response: TokenResponse): ParsedBody {
  if (response.parsed !== undefined) return response.parsed;
  const text = response.text.trim();
  const value = isTooDeep(text) ? undefined : parseJson(text);
  const container = typeof value === 'string' && !isTooDeep(value) ? parseJson(value) : value;
  response.parsed = { value, container };
  return response.parsed;
}

/** Whether a long text has many more opening than closing brackets. Those in strings count too, which is rare. */
function isTooDeep(text: string): boolean {
  if (text.length < MIN_HOSTILE_LENGTH) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === ARRAY || code === OBJECT) {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (code === ARRAY + 2 || code === OBJECT + 2) depth -= 1;
  }
  return false;
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
    const parent: unknown =
      typeof value === 'string' && value.length <= MAX_WRAPPED_LENGTH ? parseJson(value) : value;
    if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, segment)) return undefined;
    value = Reflect.get(parent, segment);
  }
  return value;
}
