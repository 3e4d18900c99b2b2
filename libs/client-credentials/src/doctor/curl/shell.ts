// Letters and underscores only, so that no encoding changes a mark: neither of forms nor of JSON.
const MARK = /CCVAR_(?<name>[A-Z][A-Z0-9_]*?)_RAVCC/g;
const PLAIN = /^[\w@%+=:,./-]+$/;
const SAFE_IN_DOUBLE_QUOTES = /^[^"\\$`!]*$/;

/** Text that stands for a shell variable until {@link shellWord} writes it. */
export function variable(name: string): string {
  return `CCVAR_${name}_RAVCC`;
}

/** Name of a shell variable, from any text. */
export function variableName(prefix: string, text: string): string {
  const name = text.replaceAll(/[^A-Za-z0-9]+/g, '_').replaceAll(/^_+|_+$/g, '');
  return `${prefix}_${name.toUpperCase()}`;
}

/** Names of the variables in a text, each once. */
export function variablesIn(text: string): string[] {
  return [...new Set([...text.matchAll(MARK)].map((match) => match.groups?.['name'] ?? ''))];
}

/** A text as one word of a POSIX shell, its variables written as `$NAME`. */
export function shellWord(text: string): string {
  if (PLAIN.test(text) && variablesIn(text).length === 0) return text;
  const parts = partsOf(text);
  const literals = parts.filter((_, index) => index % 2 === 0);
  // A letter after a variable would be read as part of its name.
  const isSimple = literals.every(
    (literal, index) => SAFE_IN_DOUBLE_QUOTES.test(literal) && (index === 0 || !/^\w/.test(literal)),
  );
  if (parts.length > 1 && isSimple) return `"${withVariables(parts)}"`;
  return (
    parts
      .map((part, index) =>
        index % 2 === 1 ? `"$${part}"` : part === '' ? '' : `'${part.replaceAll("'", `'\\''`)}'`,
      )
      .join('') || "''"
  );
}

/** Literals and names of variables in turn, a literal first. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  let end = 0;
  for (const match of text.matchAll(MARK)) {
    parts.push(text.slice(end, match.index), match.groups?.['name'] ?? '');
    end = match.index + match[0].length;
  }
  return [...parts, text.slice(end)];
}

function withVariables(parts: readonly string[]): string {
  return parts.map((part, index) => (index % 2 === 1 ? `$${part}` : part)).join('');
}
