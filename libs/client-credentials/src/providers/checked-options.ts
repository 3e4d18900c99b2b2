import { invalidConfiguration } from '../base/errors.js';

// RFC 1123 §2.1; an underscore is in names of sandboxes.
const HOST_LABEL = /^[a-z0-9]([\w-]*[a-z0-9])?$/i;

/** The entry of a table of regions, environments or the like. */
export function known<T>(preset: string, option: string, table: Readonly<Record<string, T>>, key: string): T {
  const found = Object.hasOwn(table, key) ? table[key] : undefined;
  if (found !== undefined) return found;
  throw invalidConfiguration(
    [`${option}: "${key}" is not known; use one of: ${Object.keys(table).join(', ')}`],
    preset,
  );
}

/** One label of a host name, such as the name of an account. */
export function hostLabel(preset: string, option: string, value: string): string {
  const label = filled(preset, option, value);
  if (HOST_LABEL.test(label)) return label;
  throw invalidConfiguration(
    [`${option}: must be letters, digits and hyphens, as in the name of a host`],
    preset,
  );
}

/** One segment of a path, percent-encoded, such as the name of a realm. */
export function segment(preset: string, option: string, value: string): string {
  const text = filled(preset, option, value);
  // Dots alone would lead out of the path.
  if (/^\.+$/.test(text)) throw invalidConfiguration([`${option}: must not be dots alone`], preset);
  return encodeURIComponent(text);
}

/** The https origin of a host, given as `id.example.com` or `https://id.example.com/`. */
export function httpsOrigin(preset: string, option: string, value: string): string {
  const text = filled(preset, option, value);
  const address = text.includes('://') ? text : `https://${text}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === 'https:' && url.href === `${url.origin}/`) return url.origin;
  throw invalidConfiguration([`${option}: must be a host name, such as id.example.com`], preset);
}

/** An address without its trailing slashes, to which a path is added. */
export function baseAddress(preset: string, option: string, value: string): string {
  return filled(preset, option, value).replace(/\/+$/, '');
}

/** A text that is not empty: an unset environment variable is told by the option's name. */
export function filled(preset: string, option: string, value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw invalidConfiguration([`${option}: is required`], preset);
}
