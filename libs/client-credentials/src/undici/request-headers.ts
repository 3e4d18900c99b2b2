import type { UndiciHeaders } from 'undici/types/dispatcher.js';
import { copyWith } from '../base/objects.js';
import type { WritableHeaders } from '../http/authorized-request.js';

/** Headers of a request in any form that undici takes. */
export type GivenHeaders = UndiciHeaders | undefined;

/** Whether a header is there, in any spelling. */
export function hasHeader(headers: GivenHeaders, name: string): boolean {
  if (headers === undefined || headers === null) return false;
  const wanted = name.toLowerCase();
  if (!Array.isArray(headers) && !isIterable(headers)) {
    for (const each in headers) if (isNamed(each, wanted) && isThere(headers[each])) return true;
    return false;
  }
  return pairsOf(headers).some(([each, value]) => isNamed(each, wanted) && isThere(value));
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Whether headers may be read once only. */
export function isReadOnce(headers: GivenHeaders): boolean {
  return headers !== undefined && headers !== null && !Array.isArray(headers) && isIterable(headers);
}

/** The headers with one more, in the form in which they were given where that costs least. */
export function withHeader(headers: GivenHeaders, name: string, value: string): UndiciHeaders {
  if (headers === undefined || headers === null) return { [name]: value };
  if (Array.isArray(headers)) return [...headers, name, value];
  if (isIterable(headers)) return [...new HeaderList(headers).list, name, value];
  return copyWith(headers, { [name]: value });
}

/** Headers as they were before {@link withHeader}. */
export function withoutHeader(headers: GivenHeaders, name: string): GivenHeaders {
  if (Array.isArray(headers)) return headers.slice(0, -2);
  const before: Record<string, string | string[] | undefined> = {};
  Object.assign(before, headers);
  Reflect.deleteProperty(before, name);
  return before;
}

/** A copy of headers, which their owner may change while the call goes on; an iterable may be read once only. */
export function copyOfHeaders(headers: GivenHeaders): GivenHeaders {
  if (headers === undefined || headers === null) return headers;
  if (Array.isArray(headers)) return [...headers];
  return isIterable(headers) ? new HeaderList(headers).list : { ...headers };
}

/** Headers as a flat list, which undici sends in this order and spelling. */
export class HeaderList implements WritableHeaders {
  readonly list: string[] = [];

  constructor(headers: GivenHeaders) {
    for (const [name, value] of pairsOf(headers ?? {})) {
      for (const item of [value].flat()) if (item !== undefined && item !== null) this.list.push(name, item);
    }
  }

  has(name: string): boolean {
    const wanted = name.toLowerCase();
    return this.list.some((text, index) => index % 2 === 0 && isNamed(text, wanted));
  }

  set(name: string, value: string): void {
    this.list.push(name, value);
  }

  /** Values by lower-case name, as `tokenFor` gets them. */
  asRecord(): Record<string, string> {
    const record: Record<string, string> = {};
    for (let index = 0; index < this.list.length; index += 2) {
      const name = String(this.list[index]).toLowerCase();
      const value = String(this.list[index + 1]);
      record[name] = name in record ? `${record[name]}, ${value}` : value;
    }
    return record;
  }
}

type Value = string | string[] | null | undefined;

function pairsOf(headers: NonNullable<UndiciHeaders>): [string, Value][] {
  if (Array.isArray(headers)) {
    const pairs: [string, Value][] = [];
    for (let index = 0; index < headers.length; index += 2)
      pairs.push([String(headers[index]), headers[index + 1]]);
    return pairs;
  }
  return isIterable(headers) ? [...headers] : Object.entries(headers);
}

function isIterable(headers: object): headers is Iterable<[string, Value]> {
  return Symbol.iterator in headers;
}

function isNamed(name: string, wanted: string): boolean {
  return name.length === wanted.length && name.toLowerCase() === wanted;
}
