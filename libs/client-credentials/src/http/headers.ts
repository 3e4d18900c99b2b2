import type { AxiosRequestHeaders } from 'axios';
import type { WritableHeaders } from './authorized-request.js';

/** Header values by lower-case name, as `reacquire.on` and `tokenFor` get them. */
export function lowerCased(headers: object | undefined | null): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers ?? {})
      // Axios keeps headers that are not to be sent.
      .filter(([, value]) => value !== undefined && value !== null && value !== false)
      .map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

/** Copies headers, including those set to null. Keeps the prototype: the headers may be of another copy of axios. */
export function copyOfHeaders(headers: AxiosRequestHeaders): AxiosRequestHeaders {
  const copy: AxiosRequestHeaders = Object.create(Object.getPrototypeOf(headers));
  for (const [name, value] of Object.entries(headers)) if (name !== '__proto__') copy[name] = value;
  return copy;
}

/** Copies headers and adds one. */
export function withHeader(headers: AxiosRequestHeaders, header: string, value: string): AxiosRequestHeaders {
  const copy: AxiosRequestHeaders = Object.create(Object.getPrototypeOf(headers));
  // `for in` is faster than a list of the keys.
  for (const name in headers) {
    if (Object.hasOwn(headers, name) && name !== '__proto__') copy[name] = headers[name];
  }
  copy[header] = value;
  return copy;
}

/** A plain record with names in any case as headers: the form in which `beforeRedirect` gets them. */
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
