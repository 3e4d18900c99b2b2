import type { InternalAxiosRequestConfig } from 'axios';
import axios from 'axios';
import { asObject } from '../../base/objects.js';
import {
  DEFAULT_REQUEST,
  frozenRequest,
  type OutboundCall,
  type TokenRequest,
} from '../../config/token-request.js';
import type { TokenPlacement } from '../../token/attachment.js';
import { lowerCased } from '../headers.js';
import { finalUrl, fullUrl, urlText } from '../url.js';

/** What a call says of its token: what it is to be for; that there is to be none; or none, but whose API it goes to. */
export type CallOptions = TokenRequest | NoToken | false;

/** What a call wishes, as it says now: the same object may say something else while the call is on its way. */
export function callOptionsOf({ clientCredentials: wishes }: InternalAxiosRequestConfig): CallOptions {
  if (wishes === undefined || wishes === null) return DEFAULT_REQUEST;
  return wishes === false || wishes instanceof NoToken ? wishes : frozenRequest(wishes);
}

/** Whether a call is to get no token. */
export function isWithoutToken(wishes: CallOptions): wishes is NoToken | false {
  // The usual one needs no look at its class.
  return wishes !== DEFAULT_REQUEST && (wishes === false || wishes instanceof NoToken);
}

// That of axios itself keeps nothing of what it sees.
const [TRANSFORM_OF_AXIOS] = [axios.defaults.transformRequest].flat();

/** Whether code of the application has seen the config. */
export function hasOwnTransform({ transformRequest: transforms }: InternalAxiosRequestConfig): boolean {
  if (!Array.isArray(transforms)) return transforms !== undefined;
  return transforms.length > 1 || transforms[0] !== TRANSFORM_OF_AXIOS;
}

/** Whether the caller has put something where the token would go. */
export function hasOwnToken(config: InternalAxiosRequestConfig, placement: TokenPlacement): boolean {
  if ('header' in placement) return config.headers.has(placement.header);
  const url = finalUrl(config);
  return url !== undefined && fullUrl(config, url).searchParams.has(placement.query);
}

/** The call as `tokenFor` sees it. */
export function outboundCall(config: InternalAxiosRequestConfig, url: URL | undefined): OutboundCall {
  return {
    method: (config.method ?? 'get').toUpperCase(),
    url: url === undefined ? urlText(config.url) : fullUrl(config, url).href,
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
