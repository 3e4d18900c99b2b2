import type { AxiosAdapter, InternalAxiosRequestConfig } from 'axios';
import type { AxiosCalls } from './calls.js';
import { transportOf, type NamedAdapter } from './transport.js';

/** Stands before the adapters of one instance. */
export class AuthorizedAdapter {
  readonly #calls: AxiosCalls;
  /** By the adapter that is behind it, and by itself: one that has this in front already stays as it is. */
  readonly #wrapped = new WeakMap<AxiosAdapter, AxiosAdapter>();
  #latest: { readonly named: AxiosAdapter; readonly wrapped: AxiosAdapter } | undefined;
  #latestNames: { readonly names: readonly unknown[]; readonly wrapped: AxiosAdapter } | undefined;
  /** The config that is handed over next, and that nobody else has seen. */
  #unseen: InternalAxiosRequestConfig | undefined;

  constructor(calls: AxiosCalls) {
    this.#calls = calls;
  }

  /** Puts this in front of the adapter that a config names. One that has it already, from a config that is sent again, stays as it is. */
  attachTo(config: InternalAxiosRequestConfig): InternalAxiosRequestConfig {
    const named = config.adapter;
    if (typeof named === 'function' && cannotSend(named)) return config;
    const latest = this.#latest;
    config.adapter = latest !== undefined && latest.named === named ? latest.wrapped : this.#wrap(named);
    return config;
  }

  /**
   * The same for a config that nobody else sees before the adapter gets it. It gets it at once; when it gets another, or the same once more, then
   * somebody has kept it.
   */
  attachUnseen(config: InternalAxiosRequestConfig): InternalAxiosRequestConfig {
    this.#unseen = config;
    return this.attachTo(config);
  }

  #wrap(named: NamedAdapter): AxiosAdapter {
    if (typeof named !== 'function') return this.#wrapNames(named);
    const wrapped = this.#wrapped.get(named) ?? this.#before(named);
    this.#wrapped.set(named, wrapped);
    this.#latest = { named, wrapped };
    return wrapped;
  }

  /** Names are in a list of its own for each call; nearly always it is the same one. */
  #wrapNames(named: Exclude<NamedAdapter, AxiosAdapter>): AxiosAdapter {
    const names: readonly unknown[] = Array.isArray(named) ? named : [named];
    const latest = this.#latestNames;
    if (latest !== undefined && isSame(latest.names, names)) return latest.wrapped;
    const wrapped = this.#before(named);
    this.#latestNames = { names, wrapped };
    return wrapped;
  }

  #before(named: NamedAdapter): AxiosAdapter {
    const calls = this.#calls;
    const transportFor = transportOf(named);
    const wrapped: AxiosAdapter = (config) => {
      const isWatched = config !== this.#unseen;
      this.#unseen = undefined;
      return calls.send(config, transportFor(config), isWatched);
    };
    this.#wrapped.set(wrapped, wrapped);
    return wrapped;
  }
}

function isSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((item, at) => item === other[at]);
}

// The source of a function without parameters, as an arrow function, a function or a method.
const WITHOUT_PARAMETERS = /^(?:async\s+)?(?:function\b\s*[\w$]*|[\w$]+)?\s*\(\s*\)/;
// What reads arguments all the same; mocks and bound functions do.
const READS_ARGUMENTS = /\barguments\b|\beval\b|\[native code\]/;

/** Whether an adapter cannot see the request, and so answers without sending it: from a cache, for instance. Such a call needs no token. */
function cannotSend(adapter: AxiosAdapter): boolean {
  if (adapter.length > 0) return false;
  const source = String(adapter);
  return WITHOUT_PARAMETERS.test(source) && !READS_ARGUMENTS.test(source);
}
