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

/** What a call's `clientCredentials` ask for. */
export interface CallOptions {
  /** Names the tenant whose base URL applies, even of a call without a token. */
  readonly request: TokenRequest;
  readonly wantsToken: boolean;
}

// Shared objects: most calls say nothing about their token.
const USUAL: CallOptions = { request: DEFAULT_REQUEST, wantsToken: true };
const WITHOUT_TOKEN: CallOptions = { request: DEFAULT_REQUEST, wantsToken: false };

/** The call's options as they are now: the caller may change the same object while the call is under way. */
export function callOptionsOf({ clientCredentials: options }: InternalAxiosRequestConfig): CallOptions {
  if (options === undefined || options === null) return USUAL;
  if (options === false) return WITHOUT_TOKEN;
  if (options instanceof NoToken) return { request: options, wantsToken: false };
  return { request: frozenRequest(options), wantsToken: true };
}

/** Whether request transforms of the application see the config. */
export function hasOwnTransform(
  { transformRequest: transforms }: InternalAxiosRequestConfig,
  ofAxios: unknown,
): boolean {
  if (!Array.isArray(transforms)) return transforms !== undefined;
  return transforms.length > 1 || transforms[0] !== ofAxios;
}

/** Whether the caller has set the header, or the query parameter, that the token would go into. */
export function hasOwnToken(config: InternalAxiosRequestConfig, placement: TokenPlacement): boolean {
  if ('header' in placement) return hasHeader(config.headers, placement.header);
  const url = finalUrl(config);
  return url !== undefined && withParams(config, url).searchParams.has(placement.query);
}

/** The call in the form in which `tokenFor` gets it. */
export function outboundCall(config: InternalAxiosRequestConfig, url: URL | undefined): OutboundCall {
  return {
    method: (config.method ?? 'get').toUpperCase(),
    url: url === undefined ? urlText(config.url) : withParams(config, url).href,
    headers: lowerCased(config.headers),
  };
}

/** Copies a config key by key: configs of axios are dictionaries, which spreading copies several times slower. */
export function copyOf(config: InternalAxiosRequestConfig): InternalAxiosRequestConfig {
  const copy: InternalAxiosRequestConfig & Record<PropertyKey, unknown> = Object.create(Object.prototype);
  const from: Readonly<Record<PropertyKey, unknown>> = asObject(config);
  for (const key of Object.keys(from)) if (key !== '__proto__') copy[key] = from[key];
  for (const key of Object.getOwnPropertySymbols(from)) copy[key] = from[key];
  return copy;
}

/** The options of a call to a tenant's API without that tenant's token: `false` alone does not name the tenant. */
export class NoToken {
  readonly tenant: string;

  constructor(tenant: string) {
    this.tenant = tenant;
  }
}
