import type { Agent } from 'node:https';
import axios, { Axios, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import { guardedAgents, sendsInClear } from '../base/clear-proxy.js';
import type { TokenResponse } from './response-body.js';
import type { WireRequest } from './token-request.js';

const SENDS_IN_CLEAR = sendsInClear(axios);
const MAX_RESPONSE_BYTES = 1024 * 1024;

/** Thrown for a response that is too large for a token response. */
export class ResponseTooLarge extends Error {}

/** Sends a token request and returns the response of any status. Rejects if no response arrives. */
export type TokenEndpoint = (
  request: WireRequest,
  signal: AbortSignal,
  httpsAgent?: Agent,
) => Promise<TokenResponse>;

/**
 * Creates a connection to the token endpoint, with an axios instance of its own.
 *
 * Defaults and interceptors of the global axios instance do not reach token requests. `connection` sets proxy and
 * agents, and its agent replaces the agent of a client certificate.
 */
export function createTokenEndpoint(connection: AxiosRequestConfig = {}): TokenEndpoint {
  // Made for the first request: a test may have put something in the place of axios that has no classes.
  let client: Axios | undefined;
  return async ({ url, method, headers, body }, signal, httpsAgent) => {
    try {
      const config: AxiosRequestConfig<string> = {
        adapter: 'http',
        ...(httpsAgent !== undefined && { httpsAgent }),
        ...connection,
        url,
        method,
        // Axios names a type of body on its own, even where there is none.
        headers: body === undefined ? { 'content-type': false, ...headers } : headers,
        ...(body !== undefined && { data: body }),
        signal,
        baseURL: '',
        params: {},
        timeout: 0,
        responseType: 'arraybuffer',
        maxRedirects: 0,
        maxContentLength: MAX_RESPONSE_BYTES,
        transformRequest: [],
        transformResponse: [],
        validateStatus: null,
      };
      if (SENDS_IN_CLEAR) Object.assign(config, guardedAgents(config));
      const response: AxiosResponse<ArrayBuffer> = await (client ??= new Axios({})).request(config);
      return {
        status: response.status,
        headers: lowerCased(response.headers),
        text: new TextDecoder().decode(response.data),
      };
    } catch (error) {
      const isTooLarge = error instanceof Error && error.message.startsWith('maxContentLength');
      throw isTooLarge ? new ResponseTooLarge(`is larger than ${MAX_RESPONSE_BYTES} bytes`) : error;
    }
  };
}

function lowerCased(headers: AxiosResponse['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}
