import type { AxiosRequestConfig, AxiosRequestHeaders, AxiosResponse } from 'axios';
import type { TokenPlacement } from '../../token/attachment.js';
import type { AuthorizedRequest } from '../authorized-request.js';
import { headersOfRecord, lowerCased } from '../headers.js';
import type { NextHop } from '../redirect.js';
import { withoutToken } from '../url.js';

type RedirectHook = NonNullable<AxiosRequestConfig['beforeRedirect']>;

/** The caller's own redirect hook and agents. */
interface OwnSettings {
  readonly beforeRedirect?: RedirectHook | undefined;
  readonly httpAgent?: unknown;
  readonly httpsAgent?: unknown;
}

/**
 * What axios's http adapter calls before it follows a redirect: the token comes along only if it may. The caller's own hook runs in
 * between and sees nothing of the token. The origin is judged after that hook, which may change it.
 *
 * @param sending - its request is computed when there is a redirect
 * @param hop - what the adapter gives its hook
 */
export function prepareRedirect(
  { request, sent }: { readonly request: AuthorizedRequest; readonly sent: OwnSettings },
  placement: TokenPlacement,
  [options, response, requested]: Parameters<RedirectHook>,
): void {
  const { beforeRedirect: own, httpAgent, httpsAgent } = sent;
  const url = new URL(String(options['href']));
  const redirected = headersOfRecord(Object(options['headers']));
  for (const name of request.addedHeaders) redirected.delete(name);
  const before = targetOf(options);
  own?.(options, response, withoutTokenIn(requested, request, placement));
  request.redirectTo(targetOf(options) === before ? url : changedTarget(options, url));
  request.applyTo(headersOfRecord(Object(options['headers'])));
  // The client certificate goes nowhere the token may not.
  if (!request.carriesToken) options['agents'] = { http: httpAgent, https: httpsAgent };
}

/** A redirect that the library follows in the place of the http adapter. */
interface FollowedRedirect {
  readonly requested: {
    readonly url: URL;
    readonly method: string;
    readonly headers: Record<string, string>;
  };
  readonly response: AxiosResponse;
  readonly next: NextHop;
  /** Those of the next request, without the token. */
  readonly headers: AxiosRequestHeaders;
}

/** Calls the caller's own hook as the http adapter would: the hook may throw, and change the headers of the next request. */
export function callOwnHook(
  own: RedirectHook,
  { requested, response, next: { url, method }, headers }: FollowedRedirect,
): void {
  const { href, protocol, hostname, port, pathname, search } = url;
  const given = headers.toJSON();
  const path = `${pathname}${search}`;
  const options = { href, protocol, hostname, port, path, method, headers: { ...given } };
  const details = { headers: lowerCased(response.headers), statusCode: response.status };
  // Not a typed call: the status may be one that axios has no name for.
  Reflect.apply(own, undefined, [options, details, { ...requested, url: requested.url.href }]);
  headers.delete(Object.keys(given).filter((name) => !(name in options.headers)));
  headers.set(options.headers);
}

/** Where Node will connect to: `hostname` comes before `host`. Behind a proxy that is the proxy. */
function targetOf(options: Record<string, unknown>): string {
  const { protocol, hostname, host, port, socketPath } = options;
  return JSON.stringify([protocol, hostname || host, port, socketPath]);
}

/** The address that a hook has led the request to. One that cannot be told is no allowed origin. */
function changedTarget(options: Record<string, unknown>, url: URL): URL {
  const { protocol, hostname, host, port, socketPath } = options;
  const authority = hostname ? [hostname, port].filter(Boolean).join(':') : String(host);
  const address = `${String(protocol)}//${authority}${url.pathname}${url.search}`;
  const isKnown = !socketPath && URL.canParse(address);
  return isKnown ? new URL(address) : new URL('about:blank');
}

function withoutTokenIn(
  requested: Parameters<RedirectHook>[2],
  request: AuthorizedRequest,
  placement: TokenPlacement,
): Parameters<RedirectHook>[2] {
  // Older versions of axios do not tell what was requested.
  if (requested === undefined) return requested;
  const added = new Set(request.addedHeaders.map((name) => name.toLowerCase()));
  const headers = Object.entries(requested.headers).filter(([name]) => !added.has(name.toLowerCase()));
  const url = withoutToken(new URL(requested.url), placement).href;
  return { ...requested, url, headers: Object.fromEntries(headers) };
}
