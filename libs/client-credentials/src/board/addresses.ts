import type { IncomingMessage } from 'node:http';

/** A request, with what frameworks add to it. */
export interface MountedRequest extends IncomingMessage {
  /** The address before a framework stripped the mount. */
  readonly originalUrl?: string;
  /** Route that chose the handler in Express; missing for a mount. */
  readonly route?: unknown;
}

/** What a board has below its mount. */
export type BoardResource = 'page' | 'state' | 'events' | 'board.css' | 'board.js';

const FILES: readonly string[] = ['state', 'events', 'board.css', 'board.js'] satisfies BoardResource[];

/**
 * The resource that a request asks for; `undefined` for any other address.
 *
 * Frameworks strip the mount from `url`, or leave it for a route, or strip more: `tokens{/*rest}` of Nest leaves nothing.
 */
export function resourceOf(request: MountedRequest): BoardResource | undefined {
  const path = pathOf(request.url);
  const original = pathOf(request.originalUrl ?? request.url);
  const last = lastSegment(original);
  const isOwnPath = path === '/' || path === `/${last}`;
  const isRoute = request.route !== undefined && path === original;
  if (!isOwnPath && !isRoute) return undefined;
  if (isFile(last)) return last;
  return path === '/' || isRoute ? 'page' : undefined;
}

/**
 * Where the files of the board are, relative to the page's own address, with and without a slash at its end.
 *
 * The browser resolves it against the address that it sees: a prefix that a reverse proxy strips does not matter.
 */
export function filesPrefixOf(request: MountedRequest): string {
  const last = lastSegment(pathOf(request.originalUrl ?? request.url));
  // A request line may hold any character, also those of HTML.
  return last === '' ? './' : `./${last.replaceAll(/[^\w.~!$()*+,;=:@%-]/g, encodeURIComponent)}/`;
}

/** The query of a request. */
export function queryOf({ url = '' }: IncomingMessage): URLSearchParams {
  const start = url.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : url.slice(start + 1));
}

function isFile(name: string): name is BoardResource {
  return FILES.includes(name);
}

function pathOf(url = '/'): string {
  const path = /^[a-z]+:\/\/[^/?#]*(?<rest>.*)$/i.exec(url)?.groups?.['rest'] ?? url;
  const end = path.search(/[?#]/);
  const bare = end === -1 ? path : path.slice(0, end);
  return bare === '' ? '/' : bare;
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
