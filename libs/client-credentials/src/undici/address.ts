import type { Dispatcher } from 'undici';
import type { OutboundCall } from '../config/token-request.js';
import type { TokenPlacement } from '../token/attachment.js';
import { hasHeader, HeaderList } from './request-headers.js';

type Options = Dispatcher.DispatchOptions;

// More hosts than any one dispatcher calls.
const MAX_ORIGINS = 1_000;

/** Origins of requests without a path; `undefined` where undici does not tell it, or where it is none. */
export class Origins {
  readonly #known = new Map<string, string | undefined>();

  of(given: Options['origin']): string | undefined {
    if (given === undefined) return undefined;
    const text = typeof given === 'string' ? given : given.href;
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_ORIGINS) this.#known.clear();
    const origin = originOf(text);
    this.#known.set(text, origin);
    return origin;
  }
}

function originOf(text: string): string | undefined {
  return URL.canParse(text) ? new URL(text).origin : undefined;
}

/** The address of a request. */
export function urlOf({ path, query }: Options, origin: string): URL {
  // A path that is an address of its own is for a proxy; the request goes to the origin all the same.
  const isPath = path.startsWith('/');
  const url = new URL(isPath ? `${origin}${path}` : origin);
  for (const [name, value] of Object.entries(query ?? {}))
    for (const item of [value].flat()) url.searchParams.append(name, String(item));
  return url;
}

/** The request in the form in which `tokenFor` gets it. */
export function outboundCallOf(options: Options): OutboundCall {
  return {
    method: options.method.toUpperCase(),
    url: urlOf(options, originOf(String(options.origin)) ?? 'http://localhost').href,
    headers: new HeaderList(options.headers).asRecord(),
  };
}

/** Whether the caller has put a token into the request. */
export function hasOwnToken(options: Options, placement: TokenPlacement): boolean {
  if ('header' in placement) return hasHeader(options.headers, placement.header);
  return urlOf(options, 'http://localhost').searchParams.has(placement.query);
}
