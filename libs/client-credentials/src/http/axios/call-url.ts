import { Axios, type InternalAxiosRequestConfig } from 'axios';
import { isAbsolute } from '../url.js';

/** What the address of an axios call is made of. */
export interface CallAddress {
  readonly url?: string | undefined;
  readonly baseURL?: string | undefined;
  readonly allowAbsoluteUrls?: boolean | undefined;
}

/**
 * Whether every version of axios reads an address alike: a text, and absolute addresses allowed. Any other address is computed
 * here and handed to the adapter as it is, so that the judged address is the one that is sent.
 */
function isPlainAddress({ url, baseURL, allowAbsoluteUrls }: CallAddress): boolean {
  const isText = (url === undefined || typeof url === 'string') && (!baseURL || typeof baseURL === 'string');
  return isText && (allowAbsoluteUrls === undefined || isTrue(allowAbsoluteUrls));
}

/** Only `true` itself: versions of axios differ about 0, `''` and `null`, which a config without types may hold. */
function isTrue(value: unknown): boolean {
  return value === true;
}

/**
 * The address of a call without its params; `undefined` if it is none.
 *
 * @param apiBaseURL - the base address that the token names, for relative calls
 */
export function finalUrl(config: CallAddress, apiBaseURL?: string): URL | undefined {
  const url = urlText(config.url);
  const baseURL = (isAbsolute(url) ? undefined : apiBaseURL) ?? config.baseURL ?? '';
  try {
    return new URL(
      isPlainAddress(config) ? joined(baseURL, url) : computed({ url, baseURL, ...absoluteUrlsOf(config) }),
    );
  } catch {
    // Axios reports an invalid address in its own words.
    return undefined;
  }
}

function absoluteUrlsOf({ allowAbsoluteUrls }: CallAddress): { allowAbsoluteUrls?: boolean } {
  return allowAbsoluteUrls === undefined ? {} : { allowAbsoluteUrls };
}

function joined(baseURL: string, url: string): string {
  if (baseURL === '' || isAbsolute(url)) return url;
  return url === '' ? baseURL : `${baseURL.replace(/\/+$/, '')}/${url.replace(/^\/+/, '')}`;
}

/** The params of a call, and how they are written. */
export interface CallParams {
  readonly params?: unknown;
  readonly paramsSerializer?: InternalAxiosRequestConfig['paramsSerializer'] | undefined;
}

/** An address with the params of the call. */
export function withParams({ params, paramsSerializer }: CallParams, url: URL): URL {
  if (params === undefined || params === null) return new URL(url);
  return new URL(computed({ url: url.href, params, ...(paramsSerializer && { paramsSerializer }) }));
}

/** Axios's own computation, of an instance without defaults. Made when it is needed: a test may have replaced axios. */
function computed(config: Parameters<Axios['getUri']>[0]): string {
  return new Axios({}).getUri(config);
}

type Address = string | { toString(): string } | null | undefined;

/** An address as axios reads it: an object by its text, nothing as the base address. */
export function urlText(url: Address): string {
  return typeof url === 'string' ? url : String(url ?? '');
}

/** Whether a call names no host of its own. */
export function isRelative(url: Address): boolean {
  return !isAbsolute(urlText(url));
}
