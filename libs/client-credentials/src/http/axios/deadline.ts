import { AxiosError, CanceledError, type InternalAxiosRequestConfig } from 'axios';
import { unlessAborted } from '../../base/abort.js';

/** How long the caller of one axios call is willing to wait: its `timeout`, `signal` and `cancelToken`. */
export interface Patience {
  /** The outcome of the work, unless the caller gives up first: then the error that axios itself would give. */
  during<T>(work: (signal: AbortSignal | undefined) => Promise<T>): Promise<T>;
  /** What is left of the call's timeout, in milliseconds; `undefined` if it has none. */
  remainingMs(): number | undefined;
}

// The longest delay that a timer can hold: 24 days.
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The patience of a call that began then, by `performance.now()`. */
export function patienceOf(
  config: InternalAxiosRequestConfig,
  startedAt: number = performance.now(),
): Patience {
  // A number as text, from an environment variable for instance, is good enough for axios.
  const timeoutMs = Number.parseFloat(String(config.timeout ?? 0));
  const endsAt = timeoutMs > 0 ? startedAt + timeoutMs : undefined;
  const remainingMs = (): number | undefined =>
    endsAt === undefined
      ? undefined
      : Math.min(Math.max(Math.ceil(endsAt - performance.now()), 1), MAX_TIMER_MS);

  return {
    remainingMs,
    async during(work) {
      const { signal, cancelToken } = config;
      if (endsAt === undefined && signal === undefined && cancelToken === undefined) return work(undefined);
      const controller = new AbortController();
      const onAbort = (): void => controller.abort(new CanceledError(undefined, config));
      const onCancel = (): void => controller.abort(cancelToken?.reason);
      const ms = remainingMs();
      const timer =
        ms === undefined ? undefined : setTimeout(() => controller.abort(timeoutError(config)), ms);
      timer?.unref();
      const cancelSource = cancelToken as SubscribableCancelToken | undefined;
      signal?.addEventListener?.('abort', onAbort);
      cancelSource?.subscribe(onCancel);
      if (signal?.aborted === true) onAbort();
      try {
        return await unlessAborted(work(controller.signal), controller.signal);
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener?.('abort', onAbort);
        cancelSource?.unsubscribe(onCancel);
      }
    },
  };
}

/** The message with which axios would tell that the call took too long. */
export function timeoutMessageOf({ timeout, timeoutErrorMessage }: InternalAxiosRequestConfig): string {
  return timeoutErrorMessage ?? `timeout of ${timeout}ms exceeded`;
}

function timeoutError(config: InternalAxiosRequestConfig): AxiosError {
  const isClear = config.transitional?.clarifyTimeoutError === true;
  const code = isClear ? AxiosError.ETIMEDOUT : AxiosError.ECONNABORTED;
  return new AxiosError(timeoutMessageOf(config), code, config);
}

/** What axios's cancel token can do beside what its type says. */
interface SubscribableCancelToken {
  subscribe(listener: () => void): void;
  unsubscribe(listener: () => void): void;
}
