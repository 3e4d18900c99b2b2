import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { TokensHealthIndicator } from 'nestjs-client-credentials/terminus';
import { Metrics } from './metrics.js';

/** What an operator's tools ask for. */
@Controller()
export class OperationsController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly tokens: TokensHealthIndicator,
    private readonly metrics: Metrics,
  ) {}

  @Get('health')
  @HealthCheck()
  showHealth(): Promise<HealthCheckResult> {
    return this.health.check([() => this.tokens.check('tokens')]);
  }

  @Get('metrics')
  showMetrics(@Req() request: IncomingMessage, @Res() response: ServerResponse): void {
    this.metrics.answer(request, response);
  }
}
