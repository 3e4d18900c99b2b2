import type { InternalAxiosRequestConfig } from 'axios';
import { asObject } from '../../base/objects.js';
import {
  DEFAULT_REQUEST,
  frozenRequest,
  type OutboundCall,
  type TokenRequest,
} from '../../config/token-request.js';
import type { TokenPlacement } from '../../token/attachment.js';
import { hasHeader, lowerCased } from '../headers.js';
import { finalUrl, urlText, withParams } from './call-url.js';

/** What a call says of its token: what it is to be for; that there is to be none; or none, but whose API it goes to. */
export type CallOptions = TokenRequest | NoToken | false;

/** What a call wishes, as it says now: the same object may say something else while the call is on its way. */
export function callOptionsOf({ clientCredentials: options }: InternalAxiosRequestConfig): CallOptions {
  if (options === undefined || options === null) return DEFAULT_REQUEST;
  return options === false || options instanceof NoToken ? options : frozenRequest(options);
}

/** Whether a call is to get no token. */
export function isWithoutToken(options: CallOptions): options is NoToken | false {
  // The usual options need no look at their class.
  return options !== DEFAULT_REQUEST && (options === false || options instanceof NoToken);
}

/** Whether transforms of the application see the config, beside the one that axios has by default. */
export function hasOwnTransform(
  { transformRequest: transforms }: InternalAxiosRequestConfig,
  ofAxios: unknown,
): boolean {
  if (!Array.isArray(transforms)) return transforms !== undefined;
  return transforms.length > 1 || transforms[0] !== ofAxios;
}

/** Whether the caller has put something where the token would go. */
export function hasOwnToken(config: InternalAxiosRequestConfig, placement: TokenPlacement): boolean {
  if ('header' in placement) return hasHeader(config.headers, placement.header);
  const url = finalUrl(config);
  return url !== undefined && withParams(config, url).searchParams.has(placement.query);
}

/** The call as `tokenFor` sees it. */
export function outboundCall(config: InternalAxiosRequestConfig, url: URL | undefined): OutboundCall {
  return {
    method: (config.method ?? 'get').toUpperCase(),
    url: url === undefined ? urlText(config.url) : withParams(config, url).href,
    headers: lowerCased(config.headers),
  };
}

/** A copy of a config. Key by key: configs of axios are dictionaries, which spreading copies several times slower. */
export function copyOf(config: InternalAxiosRequestConfig): InternalAxiosRequestConfig {
  const copy: InternalAxiosRequestConfig & Record<PropertyKey, unknown> = Object.create(Object.prototype);
  const from: Readonly<Record<PropertyKey, unknown>> = asObject(config);
  for (const key of Object.keys(from)) if (key !== '__proto__') copy[key] = from[key];
  for (const key of Object.getOwnPropertySymbols(from)) copy[key] = from[key];
  return copy;
}

/** What a call wishes that is to go to a tenant's API without that tenant's token: `false` alone does not say whose API. */
export class NoToken {
  readonly tenant: string;

  constructor(tenant: string) {
    this.tenant = tenant;
  }
}
