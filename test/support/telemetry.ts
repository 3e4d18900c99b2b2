import { context, type Attributes } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InstrumentType,
  MeterProvider,
  MetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';

/** A measurement: a number, or the count and sum of a histogram. */
interface Point {
  readonly attributes: Attributes;
  readonly value: unknown;
}

/** The SDK of OpenTelemetry, which keeps in memory what it is told. */
export interface Telemetry extends AsyncDisposable {
  readonly meterProvider: MeterProvider;
  readonly tracerProvider: BasicTracerProvider;
  /** Runs work within a span of the application. */
  inSpan<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Spans that have ended, in the order of their ends. */
  spans(name?: string): ReadableSpan[];
  /** The measurements of an instrument. */
  points(instrument: string): Promise<Point[]>;
  /** Name, unit and description of every instrument with a measurement. */
  instruments(): Promise<{ name: string; unit: string; description: string }[]>;
}

/** Collects when it is told to. */
class Reader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

export function openTelemetry(): Telemetry {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const reader = new Reader({
    // With cumulative temporality this SDK repeats the last value of a gauge that nobody observes any more.
    aggregationTemporalitySelector: (instrument) =>
      instrument === InstrumentType.OBSERVABLE_GAUGE
        ? AggregationTemporality.DELTA
        : AggregationTemporality.CUMULATIVE,
  });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const contexts = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(contexts);
  const collect = async () =>
    (await reader.collect()).resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
  return {
    meterProvider,
    tracerProvider,
    inSpan: (name, work) =>
      tracerProvider
        .getTracer('application')
        .startActiveSpan(name, (span) => work().finally(() => span.end())),
    spans: (name) => exporter.getFinishedSpans().filter((span) => name === undefined || span.name === name),
    points: async (instrument) => {
      const found = (await collect()).find(({ descriptor }) => descriptor.name === instrument);
      return (found?.dataPoints ?? []).map(({ attributes, value }) => ({ attributes, value }));
    },
    instruments: async () =>
      (await collect()).map(({ descriptor: { name, unit, description } }) => ({ name, unit, description })),
    async [Symbol.asyncDispose]() {
      context.disable();
      await Promise.all([tracerProvider.shutdown(), meterProvider.shutdown()]);
    },
  };
}
