import type { AxiosRequestHeaders } from 'axios';
import type { WritableHeaders } from './authorized-request.js';

/** Headers by their names in lower case, as an API's answer or a call is shown to a predicate. */
export function lowerCased(headers: object | undefined | null): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers ?? {})
      // Axios keeps those that are not to be sent.
      .filter(([, value]) => value !== undefined && value !== null && value !== false)
      .map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

/** A copy of headers, those included that are set to nothing. Of the same class: a copy of axios understands its own only. */
export function copyOfHeaders(headers: AxiosRequestHeaders): AxiosRequestHeaders {
  const copy: AxiosRequestHeaders = Object.create(Object.getPrototypeOf(headers));
  for (const [name, value] of Object.entries(headers)) if (name !== '__proto__') copy[name] = value;
  return copy;
}

/** A copy with one more header, in one walk. */
export function withHeader(headers: AxiosRequestHeaders, header: string, value: string): AxiosRequestHeaders {
  const copy: AxiosRequestHeaders = Object.create(Object.getPrototypeOf(headers));
  // Faster than a list of the keys.
  for (const name in headers) {
    if (Object.hasOwn(headers, name) && name !== '__proto__') copy[name] = headers[name];
  }
  copy[header] = value;
  return copy;
}

/** Whether a header is there, be it set to nothing. */
export function hasHeader(headers: object, header: string): boolean {
  const { length } = header;
  for (const name in headers) {
    if (name.length === length && name.toLowerCase() === header.toLowerCase()) return true;
  }
  return false;
}

/** A plain record as headers, with names in any case: what the http adapter shows before a redirect. */
export function headersOfRecord(
  record: Record<string, unknown>,
): WritableHeaders & { delete(name: string): void } {
  const keysOf = (name: string): string[] =>
    Object.keys(record).filter((key) => key.toLowerCase() === name.toLowerCase());
  return {
    has: (name) => keysOf(name).length > 0,
    set: (name, value) => {
      record[name] = value;
    },
    delete: (name) => {
      for (const key of keysOf(name)) delete record[key];
    },
  };
}
