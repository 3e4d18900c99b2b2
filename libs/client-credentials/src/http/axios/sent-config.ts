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
  const { allowAbsoluteUrls, maxRedirects, fetchOptions, httpAgent, httpsAgent } = config;
  return { ...lentPartsOf(config), allowAbsoluteUrls, maxRedirects, fetchOptions, httpAgent, httpsAgent };
}

/** The parts that change while a config is lent. Its other parts are known, or read when they are needed. */
export type LentParts = Pick<
  SentParts,
  'method' | 'url' | 'baseURL' | 'params' | 'data' | 'headers' | 'beforeRedirect'
>;

/** The same for a config that nobody but the adapter sees. Few reads: a config is a dictionary, and there is one for every call. */
export function lentPartsOf(config: Config): LentParts {
  const { method, url, baseURL, params, data, headers, beforeRedirect } = config;
  return { method, url, baseURL, params, data, headers, beforeRedirect };
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
  /** Those of a lent config. */
  readonly lent: LentParts | undefined;
  /** Put together when they are first read, like the request. */
  readonly sent: SentParts;
  /** The request on its way. */
  readonly request: AuthorizedRequest;
}

/** A config, of which a part may be set to `undefined`, as it was before. */
type Borrowed = { -readonly [Part in keyof SentParts]?: SentParts[Part] } & Pick<Config, 'headers'>;

/** What tells an adapter to follow no redirect. */
const UNFOLLOWED = Object.freeze({ redirect: 'manual' });

/** The config that the adapter gets. One that is lent has to be given back. */
export function carrierOf(sending: Sending): Config {
  const { call, token, carriage, lent } = sending;
  const { header, attachment } = call.rules;
  const carrier = lent === undefined ? addressed(copyOf(call.config), sending) : call.config;
  carrier.headers =
    carriage === 'prepared' || header === undefined
      ? headersOf(sending)
      : withHeader((lent ?? sending.sent).headers, header, token.authorization);
  if (call.isRedirectedByAdapter) {
    carrier.beforeRedirect = redirectHook(sending, attachment.placement);
  } else {
    // Another adapter would carry the token's headers along.
    carrier.maxRedirects = 0;
    carrier.fetchOptions = lent === undefined ? unfollowedOf(sending.sent) : UNFOLLOWED;
  }
  return carrier;
}

/** Takes out of a lent config what was put there. The adapter may have changed other parts of it. */
export function giveBack({ config, isRedirectedByAdapter }: ConfiguredCall, lent: LentParts): void {
  const borrowed: Borrowed = config;
  borrowed.headers = lent.headers;
  if (isRedirectedByAdapter) {
    borrowed.beforeRedirect = lent.beforeRedirect;
    return;
  }
  borrowed.maxRedirects = undefined;
  borrowed.fetchOptions = undefined;
  // A new key may make the dictionary grow, which costs more than all these reads.
  if (borrowed.method !== lent.method) borrowed.method = lent.method;
  if (borrowed.url !== lent.url) borrowed.url = lent.url;
  if (borrowed.baseURL !== lent.baseURL) borrowed.baseURL = lent.baseURL;
  if (borrowed.params !== lent.params) borrowed.params = lent.params;
  if (borrowed.data !== lent.data) borrowed.data = lent.data;
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
