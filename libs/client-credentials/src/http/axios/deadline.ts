import { AxiosError, CanceledError, type InternalAxiosRequestConfig } from 'axios';
import { Deadline, MAX_TIMER_MS, unlessAborted } from '../../base/abort.js';

/** How long the caller of one axios call waits: its `timeout`, `signal` and `cancelToken`. */
export class CallDeadline {
  readonly #config: InternalAxiosRequestConfig;
  readonly #endsAt: number | undefined;

  /** @param startedAt - when the call began, by `performance.now()` */
  constructor(config: InternalAxiosRequestConfig, startedAt: number = performance.now()) {
    // Axios takes a number as text, from an environment variable for instance.
    const timeoutMs = Number.parseFloat(String(config.timeout ?? 0));
    this.#config = config;
    this.#endsAt = timeoutMs > 0 ? startedAt + timeoutMs : undefined;
  }

  /** The rest of the call's timeout in milliseconds, at least 1; `undefined` if the call has none. */
  remainingMs(): number | undefined {
    if (this.#endsAt === undefined) return undefined;
    return Math.min(Math.max(Math.ceil(this.#endsAt - performance.now()), 1), MAX_TIMER_MS);
  }

  /** The task's outcome, unless the caller gives up first: then the error that axios itself would reject with. */
  async run<T>(task: (signal: AbortSignal | undefined) => T | Promise<T>): Promise<T> {
    const { signal, cancelToken } = this.#config;
    const ms = this.remainingMs();
    if (ms === undefined && signal === undefined && cancelToken === undefined) return task(undefined);
    const controller = new AbortController();
    const onAbort = (): void => controller.abort(new CanceledError(undefined, this.#config));
    const onCancel = (): void => controller.abort(cancelToken?.reason);
    const cancelSource = cancelToken as SubscribableCancelToken | undefined;
    const deadline = ms === undefined ? undefined : this.#timeout(ms, controller.signal);
    signal?.addEventListener?.('abort', onAbort);
    cancelSource?.subscribe(onCancel);
    if (signal?.aborted === true) onAbort();
    const limit = deadline?.signal ?? controller.signal;
    try {
      return await unlessAborted(Promise.resolve(task(limit)), limit);
    } finally {
      deadline?.clear();
      signal?.removeEventListener?.('abort', onAbort);
      cancelSource?.unsubscribe(onCancel);
    }
  }

  #timeout(ms: number, parent: AbortSignal): Deadline {
    return new Deadline(ms, { parent, reason: () => timeoutError(this.#config) });
  }
}

/** The message with which axios reports that a call took too long. */
export function timeoutMessageOf({ timeout, timeoutErrorMessage }: InternalAxiosRequestConfig): string {
  return timeoutErrorMessage ?? `timeout of ${timeout}ms exceeded`;
}

function timeoutError(config: InternalAxiosRequestConfig): AxiosError {
  const isClear = config.transitional?.clarifyTimeoutError === true;
  const code = isClear ? AxiosError.ETIMEDOUT : AxiosError.ECONNABORTED;
  return new AxiosError(timeoutMessageOf(config), code, config);
}

/** What axios's cancel token can do beside its type. */
interface SubscribableCancelToken {
  subscribe(listener: () => void): void;
  unsubscribe(listener: () => void): void;
}
