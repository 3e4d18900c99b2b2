import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { ProviderAccess } from '../config/environment.js';
import { Backend } from './backend.js';

@Module({})
export class BackendModule {
  static forAccess(access: ProviderAccess | undefined): DynamicModule {
    return {
      module: BackendModule,
      global: true,
      providers: [{ provide: Backend, useFactory: () => Backend.open(access) }],
      exports: [Backend],
    };
  }
}
