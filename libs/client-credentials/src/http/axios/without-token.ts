import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { isObject } from '../../base/objects.js';
import { isAxiosError, sanitizeStream, type Sanitizer } from './sanitize.js';
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

/** A response, or the error of a call. */
interface Shown {
  request?: unknown;
  response?: unknown;
  data?: unknown;
}

function hide(config: InternalAxiosRequestConfig, shown: Shown): void {
  hideSockets(config);
  const { request, response, data } = shown;
  if (isObject(request)) shown.request = summaryOf(request);
  if (isObject(data)) shown.data = sanitizeStream(data, sanitizerOf(config, request));
  if (isObject(response)) hide(config, response);
}

/** Method, host, path and final address of a request, in the places where Node has them. */
function summaryOf({ method, host, path, res }: Record<string, unknown>): object {
  const { responseUrl } = isObject(res) ? res : {};
  return { method, host, path, ...(responseUrl !== undefined && { res: { responseUrl } }) };
}

/** What the error of a stream shows. */
function sanitizerOf(config: InternalAxiosRequestConfig, request: unknown): Sanitizer {
  const { method, host, path } = isObject(request) ? request : {};
  const summary = { method: textOf(method), host: textOf(host), path: textOf(path), url: config.url ?? '' };
  return { config, summary: () => summary };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
