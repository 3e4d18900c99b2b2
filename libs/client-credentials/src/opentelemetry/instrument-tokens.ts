import { metrics, trace, type MeterProvider, type TracerProvider } from '@opentelemetry/api';
import { OBSERVE_ACQUISITIONS, type AcquisitionObserver } from '../base/acquisitions.js';
import type { TokenEventListener } from '../base/events.js';
import type { SnapshotRow } from '../token/snapshot.js';
import { AcquisitionSpan } from './acquisition-span.js';
import { SCOPE } from './names.js';
import { TokenMetrics } from './token-metrics.js';

/** Options of {@link instrumentTokens}. */
export interface InstrumentTokensOptions {
  /**
   * Provider of the metrics.
   *
   * @defaultValue the global one, also if it is registered later
   */
  meterProvider?: MeterProvider;
  /**
   * Provider of the spans.
   *
   * @defaultValue the global one, also if it is registered later
   */
  tracerProvider?: TracerProvider;
  /**
   * Whether measurements and spans have the attribute `oauth.tenant`. Each tenant is then a time series of its own.
   *
   * @defaultValue `false`
   */
  tenants?: boolean;
}

/** A `TokenManager`, of this copy of the package or of another. */
export interface InstrumentableManager {
  /** Calls the listener for every later event. */
  onEvent(listener: TokenEventListener): () => void;
  /** Returns one row per cached token. */
  snapshot(): SnapshotRow[];
}

/** A manager that also tells of each acquisition. */
interface ObservableManager extends InstrumentableManager {
  readonly [OBSERVE_ACQUISITIONS]?: (observer: AcquisitionObserver) => () => void;
}

/**
 * Reports a manager's tokens to OpenTelemetry. Returns a function that stops it. No attribute holds a secret or a token.
 *
 * - counters `oauth.client.token.acquisitions`, `oauth.client.api.replays`, `oauth.client.api.refusals`, `oauth.client.store.outages`
 * - histogram `oauth.client.token.acquisition.duration` and gauge `oauth.client.token.expires_in`, in seconds
 * - span `oauth.token.acquire` of each acquisition: a child of the caller's span, or behind callers a root span with a link
 *
 * Attributes: `oauth.provider`, `oauth.reason`, `error.type` (the code of a `ClientCredentialsError`), and `server.address` of spans.
 *
 * @param manager - the manager; in a Nest application `app.get(TokenManager)`
 * @example
 * ```ts
 * const stop = instrumentTokens(tokens);
 * ```
 */
export function instrumentTokens(
  manager: InstrumentableManager,
  options: InstrumentTokensOptions = {},
): () => void {
  const hasTenants = options.tenants ?? false;
  const meterProvider = (): MeterProvider => options.meterProvider ?? metrics.getMeterProvider();
  const deps = { snapshot: () => manager.snapshot(), hasTenants };
  let recorder = new TokenMetrics(meterProvider(), deps);
  const unsubscribe = manager.onEvent((event) => {
    // Unlike tracers, the API’s meters stay idle if an SDK is registered later.
    const current = meterProvider();
    if (current !== recorder.provider) {
      recorder.stop();
      recorder = new TokenMetrics(current, deps);
    }
    recorder.record(event);
  });
  const unobserve = observe(manager, {
    begin: (start) => {
      const tracerProvider = options.tracerProvider ?? trace.getTracerProvider();
      return new AcquisitionSpan(tracerProvider.getTracer(SCOPE), start, hasTenants);
    },
  });
  return () => {
    unsubscribe();
    unobserve();
    recorder.stop();
  };
}

/** Observes acquisitions; a manager that tells of none has no spans. */
function observe(manager: ObservableManager, observer: AcquisitionObserver): () => void {
  return manager[OBSERVE_ACQUISITIONS]?.(observer) ?? ((): void => undefined);
}
