import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { TokenManager } from 'nestjs-client-credentials';
import { instrumentTokens } from 'nestjs-client-credentials/opentelemetry';

/** Metrics of all tokens, in the text format of Prometheus. */
@Injectable()
export class Metrics implements OnApplicationShutdown {
  // The desk's own server answers, not one of the exporter.
  private readonly exporter = new PrometheusExporter({ preventServerStart: true });
  private readonly meterProvider = new MeterProvider({ readers: [this.exporter] });
  private readonly stop: () => void;

  constructor(tokens: TokenManager) {
    this.stop = instrumentTokens(tokens, { meterProvider: this.meterProvider });
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    this.exporter.getMetricsRequestHandler(request, response);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stop();
    await this.meterProvider.shutdown();
  }
}
