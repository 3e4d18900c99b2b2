import { Readable } from 'node:stream';
import type { AxiosError, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { TokenPlacement } from '../../token/attachment.js';
import { ClientCredentialsError } from '../../base/errors.js';
import { isObject } from '../../base/objects.js';
import { inspectAs } from '../../base/inspect.js';
import { withoutToken } from '../url.js';
import { withParams, type CallParams } from './call-url.js';
import type { AuthorizedRequest } from '../authorized-request.js';

/** All that is shown of a request that carried a token. */
interface RequestSummary {
  readonly method: string;
  readonly host: string;
  readonly path: string;
}

/** What a caller may see of a call: its own config, and a request reduced to what tells it from others. */
export interface Sanitizer {
  readonly config: InternalAxiosRequestConfig;
  /** The request, reduced to its method, host, path and address, without the token. */
  summary(): RequestSummary & { readonly url: string };
}

/** What of a call its address and its method come from. */
interface SummarizedCall extends CallParams {
  readonly method?: string | undefined;
}

/** What is shown of a request on its way: where it goes, with what the call's own params say, and without the token. */
export function requestSummary(
  config: SummarizedCall,
  request: AuthorizedRequest,
  placement: TokenPlacement,
): ReturnType<Sanitizer['summary']> {
  const url = withoutToken(request.url, placement);
  const { host, pathname, search, href } = request.hasMoved ? url : withOwnParams(config, url);
  return { method: (config.method ?? 'get').toUpperCase(), host, path: `${pathname}${search}`, url: href };
}

/** Writes the params once more. A serializer of the caller may not expect that. */
function withOwnParams(config: CallParams, url: URL): URL {
  try {
    return withParams(config, url);
  } catch {
    return url;
  }
}

/** Takes everything from a response that leads to the token: the config and the request it was sent with. */
export function sanitizeResponse(response: AxiosResponse, sanitizer: Sanitizer): AxiosResponse {
  // An adapter may leave the config out.
  if (response.config !== undefined) response.config = sanitizer.config;
  if (response.request) response.request = new LazyRequestSummary(sanitizer);
  response.data = sanitizeStream(response.data, sanitizer);
  return response;
}

// Of a copy of a shown request, or of something that stands before one.
const UNKNOWN = { method: '', host: '', path: '', url: '' };

/** What is shown of the request of a response: worked out when somebody looks, which few do. */
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

  /** Where the http adapter has it, for those who want to know where redirects led. */
  get res(): { responseUrl: string } {
    return { responseUrl: LazyRequestSummary.#read(this).url };
  }

  toJSON(): RequestSummary {
    const { method, host, path } = LazyRequestSummary.#read(this);
    return { method, host, path };
  }
}

/** The same for an error: one of axios, or of an adapter of the application's that tells of the call likewise. Others lead nowhere. */
export function sanitizeError<E>(error: E, sanitizer: Sanitizer, seen: Set<unknown> = new Set()): E {
  // One of ours knows nothing of the call, and its cause is another call's.
  if (!isObject(error) || seen.has(error) || error instanceof ClientCredentialsError) return error;
  seen.add(error);
  const { config, request, response, cause } = error;
  // One that names no config may be somebody else's too, such as the reason of a cancellation.
  if (isObject(config) && 'headers' in config) Reflect.set(error, 'config', sanitizer.config);
  if (isObject(request)) {
    const { url: _, ...shown } = sanitizer.summary();
    Reflect.set(error, 'request', shown);
  }
  if (isResponse(response) && !(response.request instanceof LazyRequestSummary)) {
    sanitizeResponse(response, sanitizer);
  }
  // Some versions wrap one error of theirs in another.
  sanitizeError(cause, sanitizer, seen);
  return error;
}

function isResponse(value: unknown): value is AxiosResponse {
  return isObject(value) && ('config' in value || 'request' in value);
}

/** Whether this is an error of axios, of whichever copy. */
export function isAxiosError(error: unknown): error is AxiosError {
  return (
    typeof error === 'object' && error !== null && 'isAxiosError' in error && error.isAxiosError === true
  );
}

/** A body that is read later leads to its request, and fails with it; behind this there is only the data. */
function sanitizeStream(data: unknown, sanitizer: Sanitizer): unknown {
  if (typeof data !== 'object') return data;
  if (data instanceof Readable) {
    const shown = Readable.from(concealedChunks(data, sanitizer), { objectMode: false });
    showFacts(data, shown);
    // Both also when nobody has begun to read; and as of an answer in Node, who does not listen is not told.
    shown.once('close', () => data.destroy());
    data.once('error', (error) =>
      shown.destroy(shown.listenerCount('error') > 0 ? sanitizeError(error, sanitizer) : undefined),
    );
    return shown;
  }
  return data instanceof ReadableStream ? concealedStream(data, sanitizer) : data;
}

// What an answer in Node has beside its body, and tells of nothing else.
const FACTS = ['statusCode', 'statusMessage', 'httpVersion', 'headers', 'rawHeaders', 'trailers', 'complete'];

/** As they are when somebody looks: trailers come last. */
function showFacts(source: Readable, shown: Readable): void {
  for (const name of FACTS.filter((fact) => fact in source)) {
    const get = (): unknown => Reflect.get(source, name);
    Object.defineProperty(shown, name, { get, enumerable: true, configurable: true });
  }
}

async function* concealedChunks(source: Readable, sanitizer: Sanitizer): AsyncGenerator {
  try {
    yield* source;
  } catch (error) {
    throw sanitizeError(error, sanitizer);
  }
}

function concealedStream(source: ReadableStream, sanitizer: Sanitizer): ReadableStream {
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

/** Attaches a reason to an error, or to a response, where errors have their causes. */
export function attachReason(shown: object, cause: Error): void {
  Object.defineProperty(shown, 'cause', {
    value: cause,
    configurable: true,
    writable: true,
    enumerable: false,
  });
}
