import type { TokenPlacement } from '../token/attachment.js';

/** Whether a text has a host of its own, by the rule of axios: `scheme://` or `//`. */
export function isAbsolute(url: string): boolean {
  return /^([a-z][a-z\d+\-.]*:)?\/\//i.test(url);
}

/** Whether an address holds a user name or a password. */
export function hasUserInfo({ username, password }: URL): boolean {
  return username !== '' || password !== '';
}

/** Adds a parameter to an address and leaves the rest of the query as it is written: the query may be signed. */
export function addToQuery(url: URL, name: string, value: string): void {
  const parameter = new URLSearchParams({ [name]: value }).toString();
  url.search = url.search === '' ? parameter : `${url.search}&${parameter}`;
}

/** A copy of an address without the token that its query may hold. */
export function withoutToken(url: URL, placement: TokenPlacement): URL {
  const copy = new URL(url);
  if ('header' in placement) return copy;
  const parameters = copy.search.slice(1).split('&');
  copy.search = parameters
    .filter((parameter) => !new URLSearchParams(parameter).has(placement.query))
    .join('&');
  return copy;
}
