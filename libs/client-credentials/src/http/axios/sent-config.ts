import type { Agent } from 'node:https';
import type { InternalAxiosRequestConfig } from 'axios';
import type { CallToken } from '../../token/attachment.js';
import type { AuthorizedRequest } from '../authorized-request.js';
import { copyOfHeaders, withHeader } from '../headers.js';
import type { RequestBody } from '../request-body.js';
import { redirectHook } from './before-redirect.js';
import { copyOf } from './call-options.js';
import { unfollowedOf } from './follow-redirects.js';
import type { CallRules } from './rules.js';
import type { Transport } from './transport.js';

type Config = InternalAxiosRequestConfig;

/** The parts of a config that a sending depends on, as they were when the call was sent. */
export type SentParts = {
  readonly [
    Part in
      | 'method'
      | 'url'
      | 'baseURL'
      | 'allowAbsoluteUrls'
      | 'params'
      | 'data'
      | 'maxRedirects'
      | 'fetchOptions'
      | 'beforeRedirect'
      | 'httpAgent'
      | 'httpsAgent'
  ]: Config[Part] | undefined;
} & Pick<Config, 'headers'>;

/** The parts of a config as they are now: the caller, or an adapter, may change them while the call is under way. */
export function sentPartsOf(config: Config): SentParts {
  const { method, url, baseURL, allowAbsoluteUrls, params, data, headers } = config;
  const { maxRedirects, fetchOptions, beforeRedirect, httpAgent, httpsAgent } = config;
  return {
    method,
    url,
    baseURL,
    allowAbsoluteUrls,
    params,
    data,
    headers,
    maxRedirects,
    fetchOptions,
    beforeRedirect,
    httpAgent,
    httpsAgent,
  };
}

/**
 * How a token gets to the adapter.
 *
 * - `lent`: in the caller's config itself, until the response is there. A copy of the config costs half of all that the library adds to
 *   a call. So only where nobody else sees the config, and only headers change
 * - `copied`: in a copy with one more header. What few calls need is computed only when it is read
 * - `prepared`: in a copy with all that the token changes: headers, address, body, agent
 */
export type Carriage = 'lent' | 'copied' | 'prepared';

/** The call whose config is sent. */
export interface ConfiguredCall {
  /** The caller's own config. */
  readonly config: Config;
  readonly transport: Transport;
  readonly rules: CallRules;
  readonly body: RequestBody;
  /** Whether the adapter follows redirects and asks before each. */
  readonly isRedirectedByAdapter: boolean;
  /** Whether the address is handed to the adapter as it was computed here. */
  readonly isAddressComputed: boolean;
  /** What was left of the call's timeout when this attempt began; `undefined` if it began with the call. */
  readonly timeout: number | undefined;
  /** The agent that presents the token's certificate, unless the caller or the configuration names one. */
  agentFor(token: CallToken, request: AuthorizedRequest): Agent | undefined;
}

/** One sending of a call. */
export interface Sending {
  readonly call: ConfiguredCall;
  readonly token: CallToken;
  readonly carriage: Carriage;
  readonly sent: SentParts;
  /** The request on its way; computed when it is first read. */
  readonly request: AuthorizedRequest;
}

/** A config, of which a part may be set to `undefined`, as it was before. */
type Borrowed = { -readonly [Part in keyof SentParts]?: SentParts[Part] } & Pick<Config, 'headers'>;

/** What tells an adapter to follow no redirect. */
const UNFOLLOWED = Object.freeze({ redirect: 'manual' });

/** The config that the adapter gets. One that is lent has to be given back. */
export function carrierOf(sending: Sending): Config {
  const { call, token, carriage, sent } = sending;
  const { header, attachment } = call.rules;
  const carrier = carriage === 'lent' ? call.config : addressed(copyOf(call.config), sending);
  carrier.headers =
    carriage !== 'prepared' && header !== undefined
      ? withHeader(sent.headers, header, token.authorization)
      : headersOf(sending);
  if (call.isRedirectedByAdapter) {
    carrier.beforeRedirect = redirectHook(sending, attachment.placement);
  } else {
    // Another adapter would carry the token's headers along.
    carrier.maxRedirects = 0;
    carrier.fetchOptions = carriage === 'lent' ? UNFOLLOWED : unfollowedOf(sent);
  }
  return carrier;
}

/** Takes out of a lent config what was put there. The adapter may have changed other parts of it. */
export function giveBack({ call, sent }: Sending): void {
  const config: Borrowed = call.config;
  config.headers = sent.headers;
  if (call.isRedirectedByAdapter) {
    config.beforeRedirect = sent.beforeRedirect;
    return;
  }
  config.maxRedirects = undefined;
  config.fetchOptions = undefined;
  // A new key may make the dictionary grow, which costs more than all these reads.
  if (config.method !== sent.method) config.method = sent.method;
  if (config.url !== sent.url) config.url = sent.url;
  if (config.baseURL !== sent.baseURL) config.baseURL = sent.baseURL;
  if (config.params !== sent.params) config.params = sent.params;
  if (config.data !== sent.data) config.data = sent.data;
}

/** The config of the first request, where the library follows its redirects. */
export function firstOf(sending: Sending): Config {
  const first = Object.assign(copyOf(sending.call.config), sending.sent);
  first.headers = headersOf(sending);
  return addressed(first, sending);
}

/** A copy with the body, the address, the timeout and the agent that the call is sent with. */
function addressed(copy: Config, sending: Sending): Config {
  const { call, token, carriage } = sending;
  const { timeout } = call;
  copy.data = call.body.data;
  if (call.isAddressComputed) Object.assign(copy, { url: sending.request.url.href, baseURL: '' });
  if (timeout !== undefined) copy.timeout = timeout;
  const agent = carriage === 'prepared' ? call.agentFor(token, sending.request) : undefined;
  if (agent !== undefined) copy.httpsAgent = agent;
  // Basic credentials would replace the token.
  delete copy.auth;
  return copy;
}

function headersOf({ call, sent, request }: Sending): Config['headers'] {
  const headers = copyOfHeaders(sent.headers);
  const { contentType } = call.body;
  if (contentType !== undefined) headers.setContentType(contentType);
  request.applyTo(headers);
  return headers;
}
