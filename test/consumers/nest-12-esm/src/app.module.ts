import { Module, type DynamicModule } from '@nestjs/common';
import { ClientCredentialsModule, type ProviderConfig } from 'nestjs-client-credentials';
import { signeasy } from 'nestjs-client-credentials/providers';
import { InvoicesController } from './invoices.controller.js';
import { Invoices } from './invoices.js';

@Module({})
export class AppModule {
  static withBilling(billing: ProviderConfig): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ClientCredentialsModule.forRoot({
          providers: { billing, signeasy: signeasy({ clientId: 'client', clientSecret: 'secret' }) },
        }),
      ],
      controllers: [InvoicesController],
      providers: [Invoices],
    };
  }
}
