/** The parts of a request that a redirect may change. */
export interface Hop {
  readonly url: URL;
  /** Upper case. */
  readonly method: string;
  readonly hasBody: boolean;
  readonly isBodyRepeatable: boolean;
}

/** The request that a redirect leads to. */
export interface NextHop {
  readonly url: URL;
  readonly method: string;
  /** Whether the body is sent again. */
  readonly keepsBody: boolean;
  /** Whether the headers that describe a body are kept. */
  readonly keepsBodyHeaders: boolean;
  /** Whether the origin stays the same. */
  readonly isSameOrigin: boolean;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** The number of redirects that a browser follows. */
export const MAX_REDIRECTS = 20;

/** Headers that are dropped when a redirect changes the origin (Fetch §4.4, and common practice). */
export const ORIGIN_BOUND_HEADERS: string[] = ['authorization', 'proxy-authorization', 'cookie', 'host'];

/** Headers that describe a body. */
export const BODY_HEADERS: string[] = [
  'content-encoding',
  'content-language',
  'content-location',
  'content-type',
  'content-length',
];

/**
 * The next request, by the rules of the Fetch standard (§4.4, HTTP-redirect fetch); `undefined` if the response is no redirect, or
 * one that cannot be followed.
 */
export function nextHop(hop: Hop, status: number, location: string | null | undefined): NextHop | undefined {
  if (!REDIRECTS.has(status) || location === null || location === undefined) return undefined;
  if (!URL.canParse(location, hop.url.href)) return undefined;
  const url = new URL(location, hop.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  // User info would replace the token.
  url.username = '';
  url.password = '';
  const becomesGet =
    (hop.method === 'POST' && (status === 301 || status === 302)) ||
    (status === 303 && hop.method !== 'GET' && hop.method !== 'HEAD');
  const keepsBody = hop.hasBody && !becomesGet;
  if (keepsBody && !hop.isBodyRepeatable) return undefined;
  return {
    url,
    method: becomesGet ? 'GET' : hop.method,
    keepsBody,
    keepsBodyHeaders: !becomesGet,
    isSameOrigin: url.origin === hop.url.origin,
  };
}
