import { Readable } from 'node:stream';
import type { AxiosError, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { TokenPlacement } from '../../token/attachment.js';
import { ClientCredentialsError } from '../../base/errors.js';
import { isObject } from '../../base/objects.js';
import { inspectAs } from '../../base/inspect.js';
import { withoutToken } from '../url.js';
import { withParams, type CallParams } from './call-url.js';
import { hideSockets } from './unprintable.js';
import type { AuthorizedRequest } from '../authorized-request.js';

/** The parts of a request that a caller may see, where the request carried a token. */
interface RequestSummary {
  readonly method: string;
  readonly host: string;
  readonly path: string;
}

/** What sanitized errors and responses show of a call: the caller's own config and a summary of the request. */
export interface Sanitizer {
  readonly config: InternalAxiosRequestConfig;
  /** The request, reduced to its method, host, path and address, without the token. */
  summary(): RequestSummary & { readonly url: string };
}

/** The parts of a call that its address and its method are made of. */
interface SummarizedCall extends CallParams {
  readonly method?: string | undefined;
}

/** The summary of a request: its address with the call's own params and without the token. */
export function requestSummary(
  config: SummarizedCall,
  request: AuthorizedRequest,
  placement: TokenPlacement,
): ReturnType<Sanitizer['summary']> {
  const url = withoutToken(request.url, placement);
  const { host, pathname, search, href } = request.hasMoved ? url : withOwnParams(config, url);
  return { method: (config.method ?? 'get').toUpperCase(), host, path: `${pathname}${search}`, url: href };
}

/** Serializes the params a second time. A serializer of the caller may throw then. */
function withOwnParams(config: CallParams, url: URL): URL {
  try {
    return withParams(config, url);
  } catch {
    return url;
  }
}

/** Removes from a response what leads to the token: the config and the request that were sent. */
export function sanitizeResponse(response: AxiosResponse, sanitizer: Sanitizer): AxiosResponse {
  const { httpAgent, httpsAgent, fetchOptions, data } = sanitizer.config;
  // Few configs have an agent, a dispatcher or an upload.
  const mayLeadToSockets = httpAgent !== undefined || httpsAgent !== undefined || fetchOptions !== undefined;
  if (mayLeadToSockets || typeof data === 'object') hideSockets(sanitizer.config);
  // Mock adapters may leave `config` out.
  if (response.config !== undefined) response.config = sanitizer.config;
  if (response.request) response.request = new LazyRequestSummary(sanitizer);
  if (typeof response.data === 'object') response.data = sanitizeStream(response.data, sanitizer);
  return response;
}

// For an object that only inherits from a summary, such as a copy or a proxy.
const UNKNOWN = { method: '', host: '', path: '', url: '' };

/** `response.request` of a sanitized response: computed when it is first read, which few callers do. */
class LazyRequestSummary implements RequestSummary {
  static {
    inspectAs(LazyRequestSummary, ({ method, host, path }) => `Request { ${method} ${host}${path} }`);
  }

  readonly #sanitizer: Sanitizer;
  #known: ReturnType<Sanitizer['summary']> | undefined;

  constructor(sanitizer: Sanitizer) {
    this.#sanitizer = sanitizer;
  }

  static #read(shown: LazyRequestSummary): ReturnType<Sanitizer['summary']> {
    if (!(#sanitizer in shown)) return UNKNOWN;
    return (shown.#known ??= shown.#sanitizer.summary());
  }

  get method(): string {
    return LazyRequestSummary.#read(this).method;
  }

  get host(): string {
    return LazyRequestSummary.#read(this).host;
  }

  get path(): string {
    return LazyRequestSummary.#read(this).path;
  }

  /** `responseUrl` in the place where axios's http adapter has it: the address after redirects. */
  get res(): { responseUrl: string } {
    return { responseUrl: LazyRequestSummary.#read(this).url };
  }

  toJSON(): RequestSummary {
    const { method, host, path } = LazyRequestSummary.#read(this);
    return { method, host, path };
  }
}

/** Removes from an error what leads to the token: from an AxiosError, or from any error with `config`, `request` or `response`. */
export function sanitizeError<E>(error: E, sanitizer: Sanitizer, seen: Set<unknown> = new Set()): E {
  // A ClientCredentialsError holds nothing of the call, and its cause is another call's error.
  if (!isObject(error) || seen.has(error) || error instanceof ClientCredentialsError) return error;
  seen.add(error);
  hideSockets(sanitizer.config);
  const { config, request, response, cause } = error;
  // An error without a config may belong to the application: the reason of a cancellation, for instance.
  if (isObject(config) && 'headers' in config) Reflect.set(error, 'config', sanitizer.config);
  if (isObject(request)) {
    const { url: _, ...shown } = sanitizer.summary();
    Reflect.set(error, 'request', shown);
  }
  if (isResponse(response) && !(response.request instanceof LazyRequestSummary)) {
    sanitizeResponse(response, sanitizer);
  }
  // Some versions of axios wrap one AxiosError in another.
  sanitizeError(cause, sanitizer, seen);
  return error;
}

function isResponse(value: unknown): value is AxiosResponse {
  return isObject(value) && ('config' in value || 'request' in value);
}

/** Whether an error is an AxiosError of any copy of axios. */
export function isAxiosError(error: unknown): error is AxiosError {
  return (
    typeof error === 'object' && error !== null && 'isAxiosError' in error && error.isAxiosError === true
  );
}

/** A response stream exposes its request, and its errors do too. The wrapper exposes only the data. */
export function sanitizeStream(data: unknown, sanitizer: Sanitizer): unknown {
  if (data instanceof Readable) {
    const wrapper = Readable.from(sanitizedChunks(data, sanitizer), { objectMode: false });
    copyProperties(data, wrapper);
    // Also when nobody reads yet. Like IncomingMessage, the wrapper emits 'error' only if there is a listener.
    wrapper.once('close', () => data.destroy());
    data.once('error', (error) =>
      wrapper.destroy(wrapper.listenerCount('error') > 0 ? sanitizeError(error, sanitizer) : undefined),
    );
    return wrapper;
  }
  return data instanceof ReadableStream ? sanitizedStream(data, sanitizer) : data;
}

// The properties of an IncomingMessage that hold nothing of the request.
const PROPERTIES = [
  'statusCode',
  'statusMessage',
  'httpVersion',
  'headers',
  'rawHeaders',
  'trailers',
  'complete',
];

/** Copies the properties as getters: trailers arrive after the body. */
function copyProperties(source: Readable, shown: Readable): void {
  for (const name of PROPERTIES.filter((property) => property in source)) {
    const get = (): unknown => Reflect.get(source, name);
    Object.defineProperty(shown, name, { get, enumerable: true, configurable: true });
  }
}

async function* sanitizedChunks(source: Readable, sanitizer: Sanitizer): AsyncGenerator {
  try {
    yield* source;
  } catch (error) {
    throw sanitizeError(error, sanitizer);
  }
}

function sanitizedStream(source: ReadableStream, sanitizer: Sanitizer): ReadableStream {
  const reader = source.getReader();
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          controller.error(sanitizeError(error, sanitizer));
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/** Sets `cause` of an error or of a response. Not enumerable, like the cause of any error. */
export function attachReason(shown: object, cause: Error): void {
  Object.defineProperty(shown, 'cause', {
    value: cause,
    configurable: true,
    writable: true,
    enumerable: false,
  });
}
