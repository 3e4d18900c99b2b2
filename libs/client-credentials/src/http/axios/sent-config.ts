import type { Agent } from 'node:https';
import type { InternalAxiosRequestConfig } from 'axios';
import { guardedAgents } from '../../base/clear-proxy.js';
import type { Attachment, CallToken } from '../../token/attachment.js';
import type { AuthorizedRequest } from '../authorized-request.js';
import { copyOfHeaders, withHeader } from '../headers.js';
import type { RequestBody } from '../request-body.js';
import { prepareRedirect } from './before-redirect.js';
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
 * What a token changes about a call.
 *
 * - `header`: one header and nothing else, at the address that was judged
 * - `more`: perhaps other headers, the query, the agent or the body too
 * - `address`: the same, and the adapter gets the address as it was computed here
 */
export type Change = 'header' | 'more' | 'address';

/** The call whose config is sent. */
export interface ConfiguredCall {
  /** The caller's own config. */
  readonly config: Config;
  readonly transport: Transport;
  readonly rules: {
    readonly attachment: Attachment;
    /** The header that the token goes into; `undefined` if its place is the query. */
    readonly header: string | undefined;
  };
  readonly body: RequestBody;
  /** Whether the adapter follows redirects and asks before each. */
  readonly isRedirectedByAdapter: boolean;
  /** What was left of the call's timeout when this attempt began; `undefined` if it began with the call. */
  readonly timeout: number | undefined;
  /** The agent that presents the token's certificate, unless the caller or the configuration names one. */
  agentFor(token: CallToken, request: AuthorizedRequest): Agent | undefined;
}

/** One sending of a call. */
export interface Sending {
  readonly call: ConfiguredCall;
  readonly token: CallToken;
  readonly changes: Change;
  readonly sent: SentParts;
  /** The request on its way; computed when it is first read. */
  readonly request: AuthorizedRequest;
}

/** Copies a config key by key: configs of axios are dictionaries, which spreading copies several times slower. */
export function copyOf(config: Config): Config {
  const copy: Config & Record<PropertyKey, unknown> = Object.create(Object.prototype);
  for (const key of Object.keys(config)) if (key !== '__proto__') copy[key] = Reflect.get(config, key);
  for (const key of Object.getOwnPropertySymbols(config)) copy[key] = Reflect.get(config, key);
  return copy;
}

/** The config that the adapter gets: a copy of the caller's. */
export function carrierOf(sending: Sending): Config {
  const { call, token, changes, sent } = sending;
  const { header, attachment } = call.rules;
  const carrier = addressed(copyOf(call.config), sending);
  carrier.headers =
    changes === 'header' && header !== undefined
      ? withHeader(sent.headers, header, token.authorization)
      : headersOf(sending);
  if (call.isRedirectedByAdapter) {
    carrier.beforeRedirect = (...hop) => prepareRedirect(sending, attachment.placement, hop);
  } else {
    // Another adapter would carry the token's headers along.
    carrier.maxRedirects = 0;
    carrier.fetchOptions = unfollowedOf(sent);
  }
  return carrier;
}

/** The `fetchOptions` that leave redirects to the library, unless the caller wants none at all. */
export function unfollowedOf({ fetchOptions }: Pick<SentParts, 'fetchOptions'>): object {
  return { ...fetchOptions, redirect: redirectOf(fetchOptions) === 'error' ? 'error' : 'manual' };
}

/** What a call's `fetchOptions` say about redirects. */
export function redirectOf(fetchOptions: object | undefined): unknown {
  return fetchOptions === undefined ? undefined : Reflect.get(fetchOptions, 'redirect');
}

/** The config of the first request, where the library follows its redirects. */
export function firstOf(sending: Sending): Config {
  const first = copyOf(sending.call.config);
  Object.assign(first, sending.sent);
  first.headers = headersOf(sending);
  return addressed(first, sending);
}

/** A copy with the body, the address, the timeout and the agent that the call is sent with. */
function addressed(copy: Config, sending: Sending): Config {
  const { call, token, changes } = sending;
  const { timeout } = call;
  copy.data = call.body.data;
  if (changes === 'address') Object.assign(copy, { url: sending.request.url.href, baseURL: '' });
  if (timeout !== undefined) copy.timeout = timeout;
  const agent = changes !== 'header' ? call.agentFor(token, sending.request) : undefined;
  if (agent !== undefined) copy.httpsAgent = agent;
  if (call.transport.sendsInClear) Object.assign(copy, guardedAgents(copy));
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
