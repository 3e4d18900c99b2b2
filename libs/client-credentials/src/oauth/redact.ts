// Replacing shorter secrets would black out ordinary words, and so reveal the secret.
const MIN_SECRET_LENGTH = 3;
const REPLACEMENT = '[redacted]';
// Deepest nesting seen in practice: JSON in a string in JSON in an HTML page.
const MAX_LAYERS = 3;
const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Replaces every secret in a text, in plain form, encoded or escaped, also several times over.
 *
 * A text in which a secret appears only after decoding is returned decoded.
 */
export function redact(text: string, secrets: Iterable<string>): string {
  const forms = [...new Set([...secrets].flatMap(formsOf))].toSorted((a, b) => b.length - a.length);
  const clean = (dirty: string): string =>
    forms.reduce((cleaned, form) => cleaned.replaceAll(form, REPLACEMENT), dirty);
  let shown = clean(text);
  let layer = shown;
  for (let depth = 0; depth < MAX_LAYERS; depth += 1) {
    for (const decode of DECODERS) {
      const decoded = decode(layer);
      const cleaned = clean(decoded);
      if (cleaned !== decoded) shown = layer = cleaned;
    }
    layer = decodePercent(decodeEscapes(decodeEntities(layer)));
  }
  return shown;
}

const DECODERS = [decodePercent, decodeForm, decodeEscapes, decodeEntities];

/** Forms of a secret that decoding a text cannot reveal: base64 and hexadecimal have no markers. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = bytes.toString('base64');
  const hex = bytes.toString('hex');
  const forms = [secret, secret.trim(), base64, base64.replace(/=+$/, ''), bytes.toString('base64url'), hex];
  return [...forms, hex.toUpperCase()].filter((form) => form.length >= MIN_SECRET_LENGTH);
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
  return text.replaceAll(/\\(?:u([\da-f]{4})|([^u]))/gi, (_, code?: string, char?: string) =>
    code === undefined ? (ESCAPES[char ?? ''] ?? char ?? '') : String.fromCharCode(Number.parseInt(code, 16)),
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
