import axios, { type InternalAxiosRequestConfig } from 'axios';
import type { TokenPlacement } from '../../token/attachment.js';
import { DEFAULT_REQUEST, frozenRequest, type OutboundCall, type TokenRequest } from '../../config/token-request.js';
import { finalUrl, fullUrl, urlText } from '../url.js';
import { lowerCased } from '../headers.js';
import { NoToken } from './without-token.js';

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
