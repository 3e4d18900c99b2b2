import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { Attachment } from '../../token/attachment.js';
import type { AxiosCalls, NamedAdapter, SendingInstance } from '../axios/calls.js';
import { loadedSending, loadSending } from './sending.js';

type Config = InternalAxiosRequestConfig;

/** Wraps the adapters of one instance, so that their calls get tokens. */
export class AuthorizedAdapter {
  readonly #instance: SendingInstance;
  readonly #attachment: Attachment;
  /** Wrapped adapter by original. A wrapped adapter maps to itself, so it is never wrapped twice. */
  readonly #wrapped = new WeakMap<AxiosAdapter, AxiosAdapter>();
  #latest: { readonly named: NamedAdapter; readonly wrapped: AxiosAdapter } | undefined;
  /** The config that the adapter gets next and that no other code has seen. */
  #unseen: Config | undefined;
  #calls: AxiosCalls | undefined;
  #isDetached = false;

  constructor(instance: SendingInstance, attachment: Attachment) {
    this.#instance = instance;
    this.#attachment = attachment;
    // The first call will not have to wait for it; and reports it, if it fails.
    loadSending().catch(() => undefined);
  }

  /** From now on calls are sent as if the instance had never been authorized. */
  detach(): void {
    this.#isDetached = true;
    if (this.#calls !== undefined) this.#calls.isDetached = true;
  }

  /** Wraps the adapter of a config. An adapter that cannot send the call is left alone. */
  attachTo(config: InternalAxiosRequestConfig): InternalAxiosRequestConfig {
    const named = config.adapter;
    const latest = this.#latest;
    if (latest !== undefined && isSame(latest.named, named)) config.adapter = latest.wrapped;
    else if (typeof named !== 'function' || !cannotSend(named)) config.adapter = this.#wrap(named);
    return config;
  }

  /**
   * Wraps the adapter of a config that no other interceptor sees. The adapter gets this config next; if it gets another one, or this
   * one a second time, other code has kept it.
   */
  attachUnseen(config: InternalAxiosRequestConfig): InternalAxiosRequestConfig {
    this.#unseen = config;
    return this.attachTo(config);
  }

  #wrap(named: NamedAdapter): AxiosAdapter {
    const known = typeof named === 'function' ? this.#wrapped.get(named) : undefined;
    const wrapped = known ?? this.#before(named);
    if (typeof named === 'function') this.#wrapped.set(named, wrapped);
    this.#latest = { named, wrapped };
    return wrapped;
  }

  #before(named: NamedAdapter): AxiosAdapter {
    let transportFor: ReturnType<AxiosCalls['transportsOf']> | undefined;
    const send = (calls: AxiosCalls, config: Config, isShared: boolean): Promise<AxiosResponse> => {
      transportFor ??= calls.transportsOf(named);
      return calls.send(config, transportFor(config), isShared);
    };
    const wrapped: AxiosAdapter = (config) => {
      const isWatched = config !== this.#unseen;
      this.#unseen = undefined;
      const calls = this.#calls ?? this.#callsOf(loadedSending());
      // While the call waits, other code may get hold of the config.
      return calls === undefined
        ? this.#loaded().then((late) => send(late, config, true))
        : send(calls, config, isWatched);
    };
    this.#wrapped.set(wrapped, wrapped);
    return wrapped;
  }

  async #loaded(): Promise<AxiosCalls> {
    return this.#callsOf(await loadSending());
  }

  #callsOf(sending: Awaited<ReturnType<typeof loadSending>>): AxiosCalls;
  #callsOf(sending: ReturnType<typeof loadedSending>): AxiosCalls | undefined;
  #callsOf(sending: ReturnType<typeof loadedSending>): AxiosCalls | undefined {
    if (sending === undefined || this.#calls !== undefined) return this.#calls;
    this.#calls = new sending.AxiosCalls(this.#instance, this.#attachment);
    this.#calls.isDetached = this.#isDetached;
    return this.#calls;
  }
}

/** Whether two adapters are the same. Each call has its own list of adapter names, nearly always with the same names. */
function isSame(one: NamedAdapter, other: NamedAdapter): boolean {
  if (one === other) return true;
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
  return one.every((name, at) => name === other[at]);
}

// The source text of a function, an arrow function or a method without parameters.
const WITHOUT_PARAMETERS = /^(?:async\s+)?(?:function\b\s*[\w$]*|[\w$]+)?\s*\(\s*\)/;
// Source text that may read arguments without parameters: mocks and bound functions do.
const READS_ARGUMENTS = /\barguments\b|\beval\b|\[native code\]/;

/** Whether an adapter cannot see the config and so sends no request: it answers from a cache, for instance. Such a call needs no token. */
function cannotSend(adapter: AxiosAdapter): boolean {
  if (adapter.length > 0) return false;
  const source = String(adapter);
  return WITHOUT_PARAMETERS.test(source) && !READS_ARGUMENTS.test(source);
}
