// Loaded on demand: axios takes longer to load than all of this library, and many never need it.
import axios, { Axios, type AxiosRequestConfig, type AxiosResponse } from 'axios';
import { guardedAgents, sendsInClear } from '../../base/clear-proxy.js';
import { MAX_RESPONSE_BYTES, ResponseTooLarge, tokenResponse, type Connection } from './connection.js';

const SENDS_IN_CLEAR = sendsInClear(axios);

/**
 * Sends requests with an axios instance of its own: defaults and interceptors of the global axios instance do not reach them.
 *
 * @param options - proxy and agents; its agent replaces the agent of a client certificate
 */
export function throughAxios(options: AxiosRequestConfig): Connection {
  const client = new Axios({});
  return async ({ url, method, headers, body }, signal, httpsAgent) => {
    try {
      const config: AxiosRequestConfig<string> = {
        adapter: 'http',
        ...(httpsAgent !== undefined && { httpsAgent }),
        ...options,
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
      const response: AxiosResponse<ArrayBuffer> = await client.request(config);
      return tokenResponse(response.status, response.headers, new Uint8Array(response.data));
    } catch (error) {
      const isTooLarge = error instanceof Error && error.message.startsWith('maxContentLength');
      throw isTooLarge ? new ResponseTooLarge() : error;
    }
  };
}
