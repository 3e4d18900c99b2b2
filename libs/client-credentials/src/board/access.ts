import type { IncomingMessage } from 'node:http';

/** Parts of a request that decide about its access. */
type Incoming = Pick<IncomingMessage, 'headers'> & {
  readonly socket: Pick<IncomingMessage['socket'], 'remoteAddress'>;
};

// A proxy that sets one of these speaks for somebody else, who may be anywhere.
const FORWARDING =
  /^(?:forwarded|via|x-forwarded(?:-.*)?|x-real-ip|x-(?:cluster-)?client-ip|true-client-ip|cf-connecting-ip|fastly-client-ip)$/;
const LOOPBACK_ADDRESS = /^(?:(?:::ffff:)?127(?:\.\d{1,3}){3}|::1)$/i;
// A page of another site can have its own name resolve to loopback, but not use one of these.
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/** Whether a request comes from this machine, by its connection, its `Host` and the absence of headers that a proxy adds. */
export function isFromLoopback({ headers, socket }: Incoming): boolean {
  if (!LOOPBACK_ADDRESS.test(socket.remoteAddress ?? '')) return false;
  if (!LOOPBACK_HOST.test(hostOf(headers) ?? '')) return false;
  if (Object.keys(headers).some((name) => FORWARDING.test(name))) return false;
  return !isFromAnotherSite(headers);
}

/**
 * Whether a page of another origin asks for data: an application's CORS middleware might let that page read them.
 *
 * A link from there to the board is no such request; its page shows nothing to who links.
 *
 * @see Fetch Metadata Request Headers §2.3 (`Sec-Fetch-Site`)
 */
function isFromAnotherSite(headers: IncomingMessage['headers']): boolean {
  const site = headers['sec-fetch-site'];
  const isNavigation = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isNavigation) return true;
  const { origin } = headers;
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== hostOf(headers));
}

function hostOf(headers: IncomingMessage['headers']): string | undefined {
  const authority = headers[':authority'];
  return headers.host ?? (typeof authority === 'string' ? authority : undefined);
}
