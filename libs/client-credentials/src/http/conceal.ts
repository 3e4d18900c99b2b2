import { Readable } from 'node:stream';
import type { AxiosError, AxiosResponse, InternalAxiosRequestConfig } from 'axios';

/** All that is shown of a request that carried a token. */
interface ShownRequest {
  readonly method: string;
  readonly host: string;
  readonly path: string;
}

/** What a caller may see of a call: its own config, and a request reduced to what tells it from others. */
export interface Concealment {
  readonly config: InternalAxiosRequestConfig;
  readonly request: () => ShownRequest & { readonly url: string };
}

/** Takes everything from a response that leads to the token: the config and the request it was sent with. */
export function concealResponse(response: AxiosResponse, concealment: Concealment): AxiosResponse {
  response.config = concealment.config;
  if (response.request) {
    const { url, ...request } = concealment.request();
    // Where the http adapter has it, for those who want to know where redirects led.
    response.request = { ...request, res: { responseUrl: url } };
  }
  response.data = concealStream(response.data, concealment);
  return response;
}

/** The same for an error of axios; others know nothing of the request. */
export function concealError<E>(error: E, concealment: Concealment): E {
  if (!isAxiosError(error)) return error;
  error.config = concealment.config;
  if (error.request) {
    const { url: _, ...request } = concealment.request();
    error.request = request;
  }
  if (error.response && error.response.config !== concealment.config) {
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
  if (data instanceof Readable) {
    const shown = Readable.from(concealedChunks(data, concealment), { objectMode: false });
    // Also when nobody has begun to read.
    shown.once('close', () => data.destroy());
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
