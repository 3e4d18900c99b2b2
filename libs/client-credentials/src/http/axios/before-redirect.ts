import type { AxiosRequestConfig, AxiosRequestHeaders, AxiosResponse } from 'axios';
import type { TokenPlacement } from '../../token/attachment.js';
import { withoutToken } from '../url.js';
import { headersOfRecord, lowerCased } from '../headers.js';
import type { NextHop } from '../redirect.js';
import type { AuthorizedRequest } from '../authorized-request.js';

type RedirectHook = NonNullable<AxiosRequestConfig['beforeRedirect']>;

/** What the caller says of redirects, and of connections. */
interface RedirectTerms {
  readonly beforeRedirect?: RedirectHook | undefined;
  readonly httpAgent?: unknown;
  readonly httpsAgent?: unknown;
}

/**
 * What the http adapter asks before it follows a redirect: the token comes along only if it may. The caller's own hook is
 * asked in between, and sees nothing of it.
 */
export function redirectHook(
  { beforeRedirect: own, httpAgent, httpsAgent }: RedirectTerms,
  tripOf: () => AuthorizedRequest,
  placement: TokenPlacement,
): RedirectHook {
  return (options, answered, requested) => {
    const trip = tripOf();
    trip.redirectTo(new URL(String(options['href'])));
    const redirected = headersOfRecord(Object(options['headers']));
    for (const name of trip.addedHeaders) redirected.delete(name);
    own?.(options, answered, shown(requested, trip, placement));
    trip.applyTo(redirected);
    // Nor does the client certificate go where the token may not.
    if (!trip.carriesToken) options['agents'] = { http: httpAgent, https: httpsAgent };
  };
}

/** A redirect that is followed here, as the caller's own hook may see it. */
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

/**
 * Asks the caller's own hook, as the http adapter would: it may forbid the redirect by throwing, and change the headers of
 * the next request.
 */
export function askBeforeRedirect(
  { beforeRedirect: own }: RedirectTerms,
  { requested, response, next: { url, method }, headers }: FollowedRedirect,
): void {
  if (own === undefined) return;
  const { href, protocol, hostname, port, pathname, search } = url;
  const given = headers.toJSON();
  const options = {
    href,
    protocol,
    hostname,
    port,
    path: `${pathname}${search}`,
    method,
    headers: { ...given },
  };
  const answered = { headers: lowerCased(response.headers), statusCode: response.status };
  // Not a call as its type has it: the status may be one that axios has no name for.
  Reflect.apply(own, undefined, [options, answered, { ...requested, url: requested.url.href }]);
  headers.delete(Object.keys(given).filter((name) => !(name in options.headers)));
  headers.set(options.headers);
}

function shown(
  requested: Parameters<RedirectHook>[2],
  trip: AuthorizedRequest,
  placement: TokenPlacement,
): Parameters<RedirectHook>[2] {
  // Older versions of axios do not tell what was requested.
  if (requested === undefined) return requested;
  const ours = new Set(trip.addedHeaders.map((name) => name.toLowerCase()));
  const headers = Object.entries(requested.headers).filter(([name]) => !ours.has(name.toLowerCase()));
  const url = withoutToken(new URL(requested.url), placement).href;
  return { ...requested, url, headers: Object.fromEntries(headers) };
}
