/** Markdown table, padded for reading as text: first column left-aligned, others right-aligned. */
export function tableOf(head, rows) {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => pad(cell, widths[column], column)).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [line(cells[0]), `| ${rule.join(' | ')} |`, ...cells.slice(1).map(line)].join('\n');
}

function pad(cell, width, column) {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

/** Number with three significant digits and thousands separators; a dash for a missing value. */
export function numberOf(value) {
  if (value === undefined || value === null || !Number.isFinite(value)) return '—';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}

/** Ratio with its quartiles. */
export function ratioText(ratio) {
  if (ratio === undefined || ratio === null) return '—';
  const { median, quartiles, rounds } = ratio;
  if (rounds === 1) return twoDigits(median);
  return `${twoDigits(median)} (${quartiles.map(twoDigits).join('–')})`;
}

function twoDigits(value) {
  return value < 10 ? value.toFixed(2) : numberOf(value);
}
