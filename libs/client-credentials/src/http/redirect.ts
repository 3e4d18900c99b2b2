/** A request as far as a redirect changes it. */
export interface Hop {
  readonly url: URL;
  /** Upper case. */
  readonly method: string;
  readonly hasBody: boolean;
  readonly isBodyRepeatable: boolean;
}

/** Where a redirect leads. */
export interface NextHop {
  readonly url: URL;
  readonly method: string;
  /** Whether the body goes along, if there is one. */
  readonly keepsBody: boolean;
  /** Whether the headers that describe a body go along. */
  readonly keepsBodyHeaders: boolean;
  /** Whether it stays with the same origin. */
  readonly isSameOrigin: boolean;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** As many as a browser follows. */
export const MAX_REDIRECTS = 20;

/** Headers that are meant for one origin and not for another (Fetch §4.4, and what is customary). */
export const ORIGIN_BOUND_HEADERS: string[] = ['authorization', 'proxy-authorization', 'cookie', 'host'];

/** Headers that describe a body, and go with it. */
export const BODY_HEADERS: string[] = [
  'content-encoding',
  'content-language',
  'content-location',
  'content-type',
  'content-length',
];

/**
 * Where a redirect leads, by the rules of the Fetch standard (§4.4, HTTP-redirect fetch); `undefined` if the answer is
 * none, or one that cannot be followed: then it is the answer.
 */
export function nextHop(hop: Hop, status: number, location: string | null | undefined): NextHop | undefined {
  if (!REDIRECTS.has(status) || location === null || location === undefined) return undefined;
  if (!URL.canParse(location, hop.url.href)) return undefined;
  const url = new URL(location, hop.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  // They would take the place of the token.
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
