import { Readable } from 'node:stream';
import type { AxiosError, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { TokenPlacement } from '../core/api-access.js';
import { printAs } from '../core/printed.js';
import { fullUrl, withoutToken } from './final-url.js';
import type { TokenTrip } from './token-trip.js';

/** All that is shown of a request that carried a token. */
interface ShownRequest {
  readonly method: string;
  readonly host: string;
  readonly path: string;
}

/** What a caller may see of a call: its own config, and a request reduced to what tells it from others. */
export interface Concealment {
  readonly config: InternalAxiosRequestConfig;
  request(): ShownRequest & { readonly url: string };
}

/** What is shown of a request on its way: where it goes, with what the call's own params say, and without the token. */
export function shownRequest(
  config: InternalAxiosRequestConfig,
  trip: TokenTrip,
  placement: TokenPlacement,
): ReturnType<Concealment['request']> {
  const at = withoutToken(trip.url, placement);
  const shown = trip.hasMoved ? at : fullUrl(config, at);
  const method = (config.method ?? 'get').toUpperCase();
  return { method, host: shown.host, path: `${shown.pathname}${shown.search}`, url: shown.href };
}

/** Takes everything from a response that leads to the token: the config and the request it was sent with. */
export function concealResponse(response: AxiosResponse, concealment: Concealment): AxiosResponse {
  response.config = concealment.config;
  if (response.request) response.request = new RequestOnDemand(concealment);
  response.data = concealStream(response.data, concealment);
  return response;
}

/** What is shown of the request of a response: worked out when somebody looks, which few do. */
class RequestOnDemand implements ShownRequest {
  static {
    printAs(RequestOnDemand, ({ method, host, path }) => `Request { ${method} ${host}${path} }`);
  }

  readonly #concealment: Concealment;

  constructor(concealment: Concealment) {
    this.#concealment = concealment;
  }

  get method(): string {
    return this.#concealment.request().method;
  }

  get host(): string {
    return this.#concealment.request().host;
  }

  get path(): string {
    return this.#concealment.request().path;
  }

  /** Where the http adapter has it, for those who want to know where redirects led. */
  get res(): { responseUrl: string } {
    return { responseUrl: this.#concealment.request().url };
  }

  toJSON(): ShownRequest {
    const { method, host, path } = this.#concealment.request();
    return { method, host, path };
  }
}

/** The same for an error of axios; others know nothing of the request. */
export function concealError<E>(error: E, concealment: Concealment): E {
  if (!isAxiosError(error)) return error;
  error.config = concealment.config;
  if (error.request) {
    const { url: _, ...request } = concealment.request();
    error.request = request;
  }
  if (error.response && !(error.response.request instanceof RequestOnDemand)) {
    concealResponse(error.response, concealment);
  }
  // Some versions wrap one error of theirs in another.
  concealError(error.cause, concealment);
  return error;
}

/** Whether this is an error of axios, of whichever copy. */
export function isAxiosError(error: unknown): error is AxiosError {
  return (
    typeof error === 'object' && error !== null && 'isAxiosError' in error && error.isAxiosError === true
  );
}

/** A body that is read later leads to its request, and fails with it; behind this there is only the data. */
function concealStream(data: unknown, concealment: Concealment): unknown {
  if (typeof data !== 'object') return data;
  if (data instanceof Readable) {
    const shown = Readable.from(concealedChunks(data, concealment), { objectMode: false });
    // Both also when nobody has begun to read; and as of an answer in Node, who does not listen is not told.
    shown.once('close', () => data.destroy());
    data.once('error', (error) =>
      shown.destroy(shown.listenerCount('error') > 0 ? concealError(error, concealment) : undefined),
    );
    return shown;
  }
  return data instanceof ReadableStream ? concealedStream(data, concealment) : data;
}

async function* concealedChunks(source: Readable, concealment: Concealment): AsyncGenerator {
  try {
    yield* source;
  } catch (error) {
    throw concealError(error, concealment);
  }
}

function concealedStream(source: ReadableStream, concealment: Concealment): ReadableStream {
  const reader = source.getReader();
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          controller.error(concealError(error, concealment));
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
