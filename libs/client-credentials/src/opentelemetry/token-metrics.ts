import type {
  Counter,
  Histogram,
  Meter,
  ObservableGauge,
  ObservableResult,
  MeterProvider,
} from '@opentelemetry/api';
import type { TokenAcquiredEvent, TokenEvent, TokenFailedEvent } from '../base/events.js';
import type { SnapshotRow } from '../token/snapshot.js';
import { attributesOf, INSTRUMENTS, SCOPE, type Instrument } from './names.js';

/** What the metrics read, and how. */
export interface TokenMetricsDeps {
  readonly snapshot: () => readonly SnapshotRow[];
  readonly hasTenants: boolean;
}

/** The instruments of one meter provider. */
export class TokenMetrics {
  readonly provider: MeterProvider;
  readonly #deps: TokenMetricsDeps;
  readonly #acquisitions: Counter;
  readonly #duration: Histogram;
  readonly #replays: Counter;
  readonly #refusals: Counter;
  readonly #outages: Counter;
  readonly #expiresIn: ObservableGauge;
  readonly #observe = (result: ObservableResult): void => this.#observeExpiry(result);

  constructor(provider: MeterProvider, deps: TokenMetricsDeps) {
    const meter = provider.getMeter(SCOPE);
    const { name: duration, ...durationOptions } = INSTRUMENTS.duration;
    const { name: expiresIn, ...expiresInOptions } = INSTRUMENTS.expiresIn;
    this.provider = provider;
    this.#deps = deps;
    this.#acquisitions = counterOf(meter, INSTRUMENTS.acquisitions);
    this.#replays = counterOf(meter, INSTRUMENTS.replays);
    this.#refusals = counterOf(meter, INSTRUMENTS.refusals);
    this.#outages = counterOf(meter, INSTRUMENTS.outages);
    this.#duration = meter.createHistogram(duration, durationOptions);
    this.#expiresIn = meter.createObservableGauge(expiresIn, expiresInOptions);
    this.#expiresIn.addCallback(this.#observe);
  }

  record(event: TokenEvent): void {
    const { hasTenants } = this.#deps;
    const subject = { provider: event.provider, tenant: event.tenant };
    switch (event.type) {
      case 'token.acquired':
      case 'token.failed':
        this.#recordAcquisition(event);
        return;
      case 'api.replayed':
        this.#replays.add(1, attributesOf(subject, hasTenants));
        return;
      case 'api.refused':
        this.#refusals.add(1, attributesOf(subject, hasTenants));
        return;
      case 'store.unavailable':
        this.#outages.add(1, attributesOf(subject, hasTenants));
        return;
      case 'token.invalidated':
      case 'credentials.rotated':
      case 'issuance.near-limit':
    }
  }

  /** Ends the observation of the tokens' expiry. */
  stop(): void {
    this.#expiresIn.removeCallback(this.#observe);
  }

  #recordAcquisition(event: TokenAcquiredEvent | TokenFailedEvent): void {
    const { provider, tenant, reason, durationMs } = event;
    const errorType = event.type === 'token.failed' ? event.code : undefined;
    const attributes = attributesOf({ provider, tenant, reason, errorType }, this.#deps.hasTenants);
    this.#acquisitions.add(1, attributes);
    this.#duration.record(durationMs / 1000, attributes);
  }

  #observeExpiry(result: ObservableResult): void {
    const { snapshot, hasTenants } = this.#deps;
    const soonest = new Map<string, { seconds: number; row: SnapshotRow }>();
    for (const row of snapshot()) {
      const seconds = row.expiresInSeconds;
      if (seconds === undefined) continue;
      const key = JSON.stringify(hasTenants ? [row.provider, row.tenant] : [row.provider]);
      if (seconds < (soonest.get(key)?.seconds ?? Infinity)) soonest.set(key, { seconds, row });
    }
    for (const { seconds, row } of soonest.values()) {
      result.observe(seconds, attributesOf({ provider: row.provider, tenant: row.tenant }, hasTenants));
    }
  }
}

function counterOf(meter: Meter, { name, ...options }: Instrument): Counter {
  return meter.createCounter(name, options);
}
