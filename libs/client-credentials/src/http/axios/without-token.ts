import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { isObject } from '../../base/objects.js';
import { isAxiosError } from './sanitize.js';
import type { Transport } from './transport.js';
import { hideSockets } from './unprintable.js';

/**
 * Sends a call that gets no token, as axios alone would send it. Its response or error does not lead to its agent, though, which may have
 * calls with tokens on their way.
 */
export function sendWithoutToken(
  config: InternalAxiosRequestConfig,
  { adapter }: Transport,
): Promise<AxiosResponse> {
  return adapter(config).then(
    (response) => {
      hide(config, response);
      return response;
    },
    (error: unknown) => {
      if (isAxiosError(error)) hide(config, error);
      throw error;
    },
  );
}

function hide(config: InternalAxiosRequestConfig, shown: { request?: unknown; response?: unknown }): void {
  hideSockets(config);
  if (isObject(shown.request)) shown.request = summaryOf(shown.request);
  if (isObject(shown.response)) hide(config, shown.response);
}

/** Method, host, path and final address of a request, in the places where Node has them. */
function summaryOf({ method, host, path, res }: Record<string, unknown>): object {
  const { responseUrl } = isObject(res) ? res : {};
  return { method, host, path, ...(responseUrl !== undefined && { res: { responseUrl } }) };
}
