import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import type { DeskAccess } from '../config/environment.js';
import { Backend } from './backend.js';

@Module({})
export class BackendModule {
  static forAccess(access: DeskAccess): DynamicModule {
    return {
      module: BackendModule,
      global: true,
      providers: [{ provide: Backend, useFactory: () => Backend.open(access) }],
      exports: [Backend],
    };
  }
}
