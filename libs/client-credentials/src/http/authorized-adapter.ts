import type { AxiosAdapter, InternalAxiosRequestConfig } from 'axios';
import type { InstanceCalls } from './instance-calls.js';
import { transportOf, type NamedAdapter } from './transport.js';

/** Stands before the adapters of one instance. */
export class AuthorizedAdapter {
  readonly #calls: InstanceCalls;
  readonly #isWatched: boolean;
  /** What those that were put in front have behind them: a config that is sent again gets no second one. */
  readonly #behind: WeakMap<AxiosAdapter, { readonly named: NamedAdapter }>;
  readonly #before = new WeakMap<AxiosAdapter, AxiosAdapter>();
  #latest: { readonly named: AxiosAdapter; readonly wrapped: AxiosAdapter } | undefined;
  #latestNames: { readonly names: readonly unknown[]; readonly wrapped: AxiosAdapter } | undefined;

  /** @param isWatched - whether others may look at the configs of calls that are on their way */
  constructor(calls: InstanceCalls, isWatched: boolean, other?: AuthorizedAdapter) {
    this.#calls = calls;
    this.#isWatched = isWatched;
    this.#behind = other === undefined ? new WeakMap() : other.#behind;
  }

  /** Puts this in front of the adapter that a config names. */
  attachTo(config: InternalAxiosRequestConfig): InternalAxiosRequestConfig {
    const named = config.adapter;
    const latest = this.#latest;
    config.adapter = latest !== undefined && latest.named === named ? latest.wrapped : this.#wrap(named);
    return config;
  }

  #wrap(given: NamedAdapter): AxiosAdapter {
    const behind = typeof given === 'function' ? this.#behind.get(given) : undefined;
    const named = behind === undefined ? given : behind.named;
    if (typeof named !== 'function') return this.#wrapNames(named);
    const wrapped = this.#before.get(named) ?? this.#made(named);
    this.#before.set(named, wrapped);
    this.#latest = { named, wrapped };
    return wrapped;
  }

  /** Names are in a list of its own for each call; nearly always it is the same one. */
  #wrapNames(named: Exclude<NamedAdapter, AxiosAdapter>): AxiosAdapter {
    const names: readonly unknown[] = Array.isArray(named) ? named : [named];
    const latest = this.#latestNames;
    if (latest !== undefined && isSame(latest.names, names)) return latest.wrapped;
    const wrapped = this.#made(named);
    this.#latestNames = { names, wrapped };
    return wrapped;
  }

  #made(named: NamedAdapter): AxiosAdapter {
    const calls = this.#calls;
    const isWatched = this.#isWatched;
    const transportFor = transportOf(named);
    const wrapped: AxiosAdapter = (config) => calls.send(config, transportFor(config), isWatched);
    this.#behind.set(wrapped, { named });
    return wrapped;
  }
}

function isSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((item, at) => item === other[at]);
}
