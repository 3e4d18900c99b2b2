// Replacing shorter secrets would black out ordinary words, and so reveal the secret.
const MIN_SECRET_LENGTH = 3;
const REPLACEMENT = '[redacted]';
// Deepest nesting seen in practice: JSON in a string in JSON in an HTML page.
const MAX_LAYERS = 3;
const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

// Messages quote a few hundred characters. A longer text of a server would block the event loop while it is searched.
const MAX_SEARCHED_LENGTH = 8_192;
const ELLIPSIS = '…';

/**
 * Replaces every secret in a text, in plain form, encoded or escaped, also several times over and in other case.
 *
 * A text in which a secret appears only after decoding is returned decoded. A long text is cut, and ends with an ellipsis.
 */
export function redact(text: string, secrets: Iterable<string>): string {
  const forms = [...new Set([...secrets].flatMap(formsOf))];
  if (text.length <= MAX_SEARCHED_LENGTH) return cleaned(text, (dirty) => withoutForms(dirty, forms));
  const clean = (dirty: string): string => withoutBegunForm(withoutForms(dirty, forms), forms);
  return `${cleaned(beginningOf(text), clean).trimEnd()}${ELLIPSIS}`;
}

/** Cleans a text, and each text that decoding makes of it. */
function cleaned(text: string, clean: (dirty: string) => string): string {
  let shown = clean(text);
  let layer = shown;
  for (let depth = 0; depth < MAX_LAYERS; depth += 1) {
    for (const decode of DECODERS) {
      const decoded = decode(layer);
      if (decoded === layer) continue;
      const shorter = clean(decoded);
      if (shorter !== decoded) shown = layer = shorter;
    }
    const next = decodePercent(decodeEscapes(decodeEntities(layer)));
    if (next === layer) break;
    layer = clean(next);
    if (layer !== next) shown = layer;
  }
  return shown;
}

/** The whole words at the beginning of a long text: the word that is cut may be a part of a secret. */
function beginningOf(text: string): string {
  let end = MAX_SEARCHED_LENGTH;
  while (end > 0 && !/\s/.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** A cut text without the beginning of a form at its end: a secret may consist of several words. */
function withoutBegunForm(text: string, forms: readonly string[]): string {
  const folded = fold(text);
  let end = text.length;
  for (const form of forms) {
    const first = form.charAt(0);
    let start = folded.indexOf(first, Math.max(text.length - form.length, 0));
    while (start !== -1 && start < end && !form.startsWith(folded.slice(start)))
      start = folded.indexOf(first, start + 1);
    if (start !== -1) end = Math.min(start, end);
  }
  return text.slice(0, end);
}

/** Replaces the forms, which are folded, in any case. Forms that overlap are replaced together. */
function withoutForms(text: string, forms: readonly string[]): string {
  const folded = fold(text);
  const found: { start: number; end: number }[] = [];
  for (const form of forms) {
    for (let at = folded.indexOf(form); at !== -1; at = folded.indexOf(form, at + form.length)) {
      found.push({ start: at, end: at + form.length });
    }
  }
  let result = '';
  let shownUpTo = 0;
  for (const { start, end } of found.toSorted((a, b) => a.start - b.start)) {
    if (start >= shownUpTo) result += text.slice(shownUpTo, start) + REPLACEMENT;
    shownUpTo = Math.max(shownUpTo, end);
  }
  return result + text.slice(shownUpTo);
}

/** A text of the same length in one case. Of the capital letters, only İ has a longer lower case. */
function fold(text: string): string {
  return text.replaceAll('İ', 'i').toLowerCase().replaceAll('ς', 'σ');
}

const DECODERS = [decodePercent, decodeForm, decodeEscapes, decodeEntities];

/** Folded forms of a secret that decoding a text cannot reveal: base64 and hexadecimal have no markers. */
function formsOf(secret: string): string[] {
  // A secret that is longer cannot be whole in a text that is searched.
  const known = secret.slice(0, MAX_SEARCHED_LENGTH);
  const bytes = Buffer.from(known);
  const base64 = bytes.toString('base64');
  const encoded = [base64, base64.replaceAll('=', ''), bytes.toString('base64url'), bytes.toString('hex')];
  // ß has another length in upper case.
  return [known, known.trim(), known.trim().toUpperCase(), ...encoded]
    .map(fold)
    .filter((form) => form.length >= MIN_SECRET_LENGTH);
}

function decodePercent(text: string): string {
  return text.replaceAll(/(?:%[\da-f]{2})+/gi, (codes) =>
    Buffer.from(codes.replaceAll('%', ''), 'hex').toString(),
  );
}

function decodeForm(text: string): string {
  return decodePercent(text.replaceAll('+', ' '));
}

/** Decodes backslash escapes, as in JSON. */
function decodeEscapes(text: string): string {
  return text.replaceAll(/\\(?:u([\da-f]{4})|([^u]))/gi, (_, code: string | undefined, char = '') =>
    code === undefined ? (ESCAPES[char] ?? char) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** Decodes entities of HTML and XML. */
function decodeEntities(text: string): string {
  return text.replaceAll(
    /&(?:#x([\da-f]{1,4})|#(\d{1,5})|(\w{2,4}));/gi,
    (entity, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? entity;
      return String.fromCharCode(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
    },
  );
}
