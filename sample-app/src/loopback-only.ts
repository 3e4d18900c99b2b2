import type { IncomingMessage, ServerResponse } from 'node:http';

// A page of another site can have its own name resolve to loopback, but not use one of these.
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/** Middleware that refuses requests under another name than loopback's, and those that a page of another origin sends. */
export function loopbackOnly(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  if (isWelcome(request)) {
    next();
    return;
  }
  response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' });
  response.end('Forbidden. The desk answers this machine alone, under a loopback name and its own pages.\n');
}

function isWelcome({ method = 'GET', headers }: IncomingMessage): boolean {
  const { host = '', origin } = headers;
  if (!LOOPBACK_HOST.test(host)) return false;
  if (SAFE_METHODS.includes(method)) return true;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}
