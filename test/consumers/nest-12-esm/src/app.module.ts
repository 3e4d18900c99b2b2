import { Module, type DynamicModule } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { ClientCredentialsModule, type ProviderConfig } from 'nestjs-client-credentials';
import { signeasy } from 'nestjs-client-credentials/providers';
import { TokensHealthIndicator } from 'nestjs-client-credentials/terminus';
import { HealthController } from './health.controller.js';
import { InvoicesController } from './invoices.controller.js';
import { Invoices } from './invoices.js';

@Module({})
export class AppModule {
  static withBilling(billing: ProviderConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        TerminusModule.forRoot({ logger: false }),
        ClientCredentialsModule.forRoot({
          providers: { billing, signeasy: signeasy({ clientId: 'client', clientSecret: 'secret' }) },
        }),
      ],
      controllers: [InvoicesController, HealthController],
      providers: [Invoices, TokensHealthIndicator],
    };
  }
}
