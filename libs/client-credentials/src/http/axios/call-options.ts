import type { InternalAxiosRequestConfig } from 'axios';
import {
  DEFAULT_REQUEST,
  checkedRequest,
  type OutboundCall,
  type TokenRequest,
} from '../../config/token-request.js';
import { lowerCased } from '../headers.js';
import { urlText, withParams } from './call-url.js';

/** What a call's `clientCredentials` ask for. */
export interface CallOptions {
  /** Names the tenant whose base URL applies, even of a call without a token. */
  readonly request: TokenRequest;
  readonly wantsToken: boolean;
}

// Shared objects: most calls say nothing about their token.
export const USUAL_OPTIONS: CallOptions = { request: DEFAULT_REQUEST, wantsToken: true };
const WITHOUT_TOKEN: CallOptions = { request: DEFAULT_REQUEST, wantsToken: false };

/** A call's `clientCredentials` as they are now: the caller may change the same object while the call is under way. */
export function callOptionsOf(options: InternalAxiosRequestConfig['clientCredentials']): CallOptions {
  if (options === undefined || options === null) return USUAL_OPTIONS;
  if (options === false) return WITHOUT_TOKEN;
  if (options instanceof NoToken) return { request: options, wantsToken: false };
  return { request: checkedRequest(options), wantsToken: true };
}

/** The call in the form in which `tokenFor` gets it. */
export function outboundCall(config: InternalAxiosRequestConfig, url: URL | undefined): OutboundCall {
  return {
    method: (config.method ?? 'get').toUpperCase(),
    url: url === undefined ? urlText(config.url) : withParams(config, url).href,
    headers: lowerCased(config.headers),
  };
}

/** The options of a call to a tenant's API without that tenant's token: `false` alone does not name the tenant. */
export class NoToken {
  readonly tenant: string;

  constructor(tenant: string) {
    this.tenant = tenant;
  }
}
