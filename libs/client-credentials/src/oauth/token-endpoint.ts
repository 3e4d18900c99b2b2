import type { Agent } from 'node:https';
import { Axios, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import type { TokenResponse } from './response-body.js';
import type { WireRequest } from './token-request.js';

const MAX_ANSWER_BYTES = 1024 * 1024;

/** The endpoint answered with more than any token response could hold. */
export class ResponseTooLarge extends Error {}

/** Sends token requests and brings back whatever is answered. Rejects when nothing is. */
export type TokenEndpoint = (
  request: WireRequest,
  signal: AbortSignal,
  httpsAgent?: Agent,
) => Promise<TokenResponse>;

/**
 * A connection to a token endpoint. Its axios is bare, so that nothing an application sets on the global one, nor an
 * interceptor, reaches a token request. `connection` is for proxy and agents; what makes up the request is ours. An agent of
 * the connection comes before that of a client certificate.
 */
export function createTokenEndpoint(connection: AxiosRequestConfig = {}): TokenEndpoint {
  const client = new Axios({});
  return async ({ url, method, headers, body }, signal, httpsAgent) => {
    try {
      const config: AxiosRequestConfig<string> = {
        adapter: 'http',
        ...(httpsAgent !== undefined && { httpsAgent }),
        ...connection,
        url,
        method,
        headers,
        ...(body !== undefined && { data: body }),
        signal,
        baseURL: '',
        params: {},
        timeout: 0,
        responseType: 'arraybuffer',
        maxRedirects: 0,
        maxContentLength: MAX_ANSWER_BYTES,
        transformRequest: [],
        transformResponse: [],
        validateStatus: () => true,
      };
      const response: AxiosResponse<ArrayBuffer> = await client.request(config);
      return {
        status: response.status,
        headers: lowerCased(response.headers),
        text: new TextDecoder().decode(response.data),
      };
    } catch (error) {
      const isTooLarge = error instanceof Error && error.message.startsWith('maxContentLength');
      throw isTooLarge ? new ResponseTooLarge(`is larger than ${MAX_ANSWER_BYTES} bytes`) : error;
    }
  };
}

function lowerCased(headers: AxiosResponse['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}
