import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { TokensHealthIndicator } from 'nestjs-client-credentials/terminus';
import { Metrics } from './metrics.js';
import { OperationsController } from './operations.controller.js';

@Module({
  // A provider that is down is in the answer, and its failure a line already.
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [OperationsController],
  providers: [Metrics, TokensHealthIndicator],
})
export class OperationsModule {}
