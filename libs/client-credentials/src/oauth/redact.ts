// Shorter ones would black out ordinary words, and say so doing what they are.
const MIN_SECRET_LENGTH = 3;
const REPLACEMENT = '[redacted]';

/** The text without any of the secrets, however they may be written: as they are, encoded or escaped. */
export function redact(text: string, secrets: Iterable<string>): string {
  const forms = [...new Set([...secrets].flatMap(formsOf))].toSorted((a, b) => b.length - a.length);
  return forms.reduce((cleaned, form) => cleaned.replaceAll(form, REPLACEMENT), text);
}

function formsOf(secret: string): string[] {
  const formEncoded = new URLSearchParams({ s: secret }).toString().slice(2);
  const forms = [
    secret,
    secret.trim(),
    formEncoded,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
    JSON.stringify(secret).slice(1, -1),
    escapeHtml(secret),
  ];
  return forms.filter((form) => form.length >= MIN_SECRET_LENGTH);
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
