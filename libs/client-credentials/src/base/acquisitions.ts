import type { AcquisitionReason } from './events.js';

/** One refresh of a token, as the refresh begins. */
export interface AcquisitionStart {
  readonly provider: string;
  readonly tenant: string | undefined;
  readonly reason: AcquisitionReason;
  /** Whether the token is renewed behind a caller, who does not wait. */
  readonly isBackground: boolean;
  /** Configured address of the token endpoint, or of the issuer. */
  readonly url: string | undefined;
}

/** Follows one refresh. Each method runs in the asynchronous context of what it tells of. */
export interface ObservedAcquisition {
  /** Runs the whole refresh, in a context of the observer's choice. */
  refresh<T>(work: () => T): T;
  /** Runs the token request, retries included. Missing where a store had the token. */
  request<T>(work: () => T): T;
  /** Tells the address that the token request is sent to. */
  sendTo(url: string): void;
  /** Tells that a caller waits for the token; runs in the caller's context. */
  join(): void;
  /** Tells the end of the refresh, with the code of the error if one is to be told. */
  end(errorCode?: string): void;
}

/** Follows every refresh of a manager. */
export interface AcquisitionObserver {
  /** Called in the context of the caller that caused the refresh. */
  begin(start: AcquisitionStart): ObservedAcquisition;
}

/** Key of the manager's method that adds an observer. A symbol by name, since two copies of this package may meet. */
export const OBSERVE_ACQUISITIONS: unique symbol = Symbol.for(
  'nestjs-client-credentials.observe-acquisitions',
);

/** Tells observers of refreshes. An observer can neither fail nor delay a refresh. */
export class AcquisitionHub {
  readonly #observers = new Set<AcquisitionObserver>();

  observe(observer: AcquisitionObserver): () => void {
    // Copies the observer, so that one object added twice is two observers.
    const entry: AcquisitionObserver = { begin: (start) => observer.begin(start) };
    this.#observers.add(entry);
    return () => void this.#observers.delete(entry);
  }

  /** Returns `undefined` without observers. */
  begin(start: AcquisitionStart): ObservedAcquisition | undefined {
    if (this.#observers.size === 0) return undefined;
    const all: ObservedAcquisition[] = [];
    for (const observer of this.#observers) ignoreErrors(() => all.push(observer.begin(start)));
    return new ObservedByAll(all);
  }
}

class ObservedByAll implements ObservedAcquisition {
  readonly #all: readonly ObservedAcquisition[];

  constructor(all: readonly ObservedAcquisition[]) {
    this.#all = all;
  }

  refresh<T>(work: () => T): T {
    return this.#runWithin((observed, inner) => observed.refresh(inner), work);
  }

  request<T>(work: () => T): T {
    return this.#runWithin((observed, inner) => observed.request(inner), work);
  }

  sendTo(url: string): void {
    for (const observed of this.#all) ignoreErrors(() => observed.sendTo(url));
  }

  join(): void {
    for (const observed of this.#all) ignoreErrors(() => observed.join());
  }

  end(errorCode?: string): void {
    for (const observed of this.#all) ignoreErrors(() => observed.end(errorCode));
  }

  /** Runs the work once, within all observers; an observer that fails is left out. */
  #runWithin<T>(run: (observed: ObservedAcquisition, inner: () => T) => unknown, work: () => T): T {
    return this.#all.reduceRight<() => T>((inner, observed) => {
      let result: { readonly value: T } | undefined;
      const once = (): T => (result ??= { value: inner() }).value;
      return () => {
        ignoreErrors(() => run(observed, once));
        return once();
      };
    }, work)();
  }
}

function ignoreErrors(tell: () => unknown): void {
  try {
    tell();
  } catch {
    // Ignored: an error in an observer must not affect the token.
  }
}
