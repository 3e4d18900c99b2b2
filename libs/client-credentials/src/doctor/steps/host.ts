import { connect, isIP, type Socket } from 'node:net';
import { codeOf } from '../environment.js';
import type { Route } from '../route.js';
import { stepOf, type Step } from '../step.js';

/** The server to connect to, and the option that names it. */
export interface Target {
  readonly url: URL;
  readonly option: 'tokenUrl' | 'issuer';
  readonly timeoutMs: number;
}

/** Host of an address, without the brackets of IPv6. */
export function hostnameOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}

/** Looks the host up and connects to it. The socket is open if the step did not fail, and the route is direct. */
export async function examineHost(
  { url, option, timeoutMs }: Target,
  route: Route,
): Promise<{ readonly step: Step; readonly socket?: Socket }> {
  const host = hostnameOf(url);
  const place = `${url.hostname}:${portOf(url)}`;
  if (route.kind === 'indirect') {
    const message = `${place} is reached through ${route.through}: the token request shows whether it answers`;
    return { step: stepOf('host', 'ok', message, { through: route.through }) };
  }
  const { lookup, family } = route.options;
  const startedAt = performance.now();
  const socket = connect({ host, port: portOf(url), ...Object({ lookup, family }) });
  try {
    await eventOf(socket, 'connect', timeoutMs);
  } catch (error) {
    socket.destroy();
    return { step: stepOf('host', 'failed', adviceOn(codeOf(error), { place, option, timeoutMs, url })) };
  }
  const ms = Math.round(performance.now() - startedAt);
  const address = isIP(host) === 0 ? ` (${socket.remoteAddress ?? ''})` : '';
  const step = stepOf('host', 'ok', `${place}${address} answers, ${ms} ms`, { durationMs: ms });
  return { step, socket };
}

/** Waits for an event of a socket. Rejects with its error, or after the timeout with the code `ETIMEDOUT`. */
export async function eventOf(socket: Socket, event: string, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (code: string): void => reject(Object.assign(new Error(code), { code }));
      socket.once(event, () => resolve());
      socket.on('error', reject);
      socket.once('close', () => fail('ECONNRESET'));
      timer = setTimeout(() => fail('ETIMEDOUT'), timeoutMs);
    });
  } finally {
    clearTimeout(timer);
  }
}

function adviceOn(
  code: string,
  { place, option, timeoutMs, url }: Target & { readonly place: string },
): string {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'ENODATA':
      return `no address is known for ${url.hostname} (${code}). Check the host in ${option}, and the DNS of this machine.`;
    case 'ECONNREFUSED':
      return `${place} refuses connections (${code}). Check host and port in ${option}.`;
    case 'ETIMEDOUT':
      return `${place} did not answer within ${timeoutMs} ms (${code}). Check the host in ${option}, firewalls, and whether a proxy is needed: tokenRequest.axios, or the variable HTTPS_PROXY.`;
    default:
      return `${place} could not be reached (${code}). Check the host in ${option}, the proxy and the network.`;
  }
}
