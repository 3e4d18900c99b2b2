import { Axios, type InternalAxiosRequestConfig } from 'axios';
import type { AccessToken } from '../token/access-token.js';
import type { TokenPlacement } from '../token/attachment.js';

const SLASH = 47;

// Without defaults of its own it only computes.
const axios = new Axios({});

/** What the address of a call is made of. */
interface CallAddress {
  readonly url?: string | undefined;
  readonly baseURL?: string | undefined;
  readonly allowAbsoluteUrls?: boolean;
}

/**
 * The address that a call goes to, without its params; `undefined` if it is none. Computed by axios's own rules, and then
 * handed to the adapter as it is, so that what was judged is what is sent.
 */
export function finalUrl(config: CallAddress, token?: AccessToken): URL | undefined {
  const { allowAbsoluteUrls = true } = config;
  const url = urlText(config.url);
  const baseURL = (isRelative(url) ? token?.apiBaseURL : undefined) ?? config.baseURL ?? '';
  try {
    return new URL(axios.getUri({ url, baseURL, allowAbsoluteUrls }));
  } catch {
    // No address: axios will say so in its own words.
    return undefined;
  }
}

/** The params of a call, and how they are written. */
export interface CallParams {
  readonly params?: unknown;
  readonly paramsSerializer?: InternalAxiosRequestConfig['paramsSerializer'] | undefined;
}

/** The same with the params. */
export function fullUrl({ params, paramsSerializer }: CallParams, url: URL): URL {
  return new URL(axios.getUri({ url: url.href, params, ...(paramsSerializer && { paramsSerializer }) }));
}

type Address = string | { toString(): string } | null | undefined;

/** The address of a call as axios reads it: it takes objects for text, and nothing for the base. */
export function urlText(url: Address): string {
  return typeof url === 'string' ? url : String(url ?? '');
}

/** Whether a call names no host of its own. */
export function isRelative(given: Address): boolean {
  const url = urlText(given);
  // Most begin with one slash.
  if (url.charCodeAt(0) === SLASH) return url.charCodeAt(1) !== SLASH;
  return !/^([a-z][a-z\d+\-.]*:)?\/\//i.test(url);
}

/** Adds a parameter to an address, and leaves the rest of its query as it is written: it may be signed. */
export function addToQuery(url: URL, name: string, value: string): void {
  const parameter = new URLSearchParams({ [name]: value }).toString();
  url.search = url.search === '' ? parameter : `${url.search}&${parameter}`;
}

/** An address without the token that its query may hold. */
export function withoutToken(url: URL, placement: TokenPlacement): URL {
  const shown = new URL(url);
  if ('header' in placement) return shown;
  const parameters = shown.search.slice(1).split('&');
  shown.search = parameters
    .filter((parameter) => !new URLSearchParams(parameter).has(placement.query))
    .join('&');
  return shown;
}
