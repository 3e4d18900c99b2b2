import { Module } from '@nestjs/common';
import type { DynamicModule, MiddlewareConsumer, NestModule } from '@nestjs/common';
import { ClientCredentialsModule } from 'nestjs-client-credentials';
import { tenantContext } from 'nestjs-client-credentials/express';
import { Backend } from './backend/backend.js';
import { BackendModule } from './backend/backend.module.js';
import { CallCounter } from './backend/call-counter.js';
import { Calls } from './controls/calls.js';
import { SandboxControls } from './controls/sandbox-controls.js';
import { SteadyCalls } from './controls/steady-calls.js';
import type { DeskAccess } from './config/environment.js';
import { providerNames } from './config/providers.js';
import { CameraList } from './desk/camera-list.js';
import { DeskController } from './desk/desk.controller.js';
import { DESK_STAGES, DocumentDesk } from './desk/document-desk.js';
import type { DeskStep } from './desk/desk-step.js';
import { DocumentReading } from './desk/document-reading.js';
import { FraudCheck } from './desk/fraud-check.js';
import { PaperCopy } from './desk/paper-copy.js';
import { tenantOfRequest } from './desk/request-tenant.js';
import { SignatureRequest } from './desk/signature-request.js';
import { SigneasyGateway } from './desk/signeasy-gateway.js';
import { OperationsModule } from './operations/operations.module.js';
import { PageController } from './page/page.controller.js';
import { Panel } from './page/panel.js';

@Module({})
export class AppModule implements NestModule {
  static forAccess(access: DeskAccess): DynamicModule {
    return {
      module: AppModule,
      imports: [
        BackendModule.forAccess(access),
        ClientCredentialsModule.forRootAsync({
          providers: [...providerNames],
          inject: [Backend],
          useFactory: ({ configs, store }: Backend) => ({
            providers: { ...configs },
            ...(store && { store }),
          }),
        }),
        SigneasyGateway,
        OperationsModule,
      ],
      controllers: [PageController, DeskController],
      providers: [
        CallCounter,
        Calls,
        SteadyCalls,
        SandboxControls,
        Panel,
        DocumentDesk,
        {
          provide: DESK_STAGES,
          inject: [FraudCheck, DocumentReading, CameraList, SignatureRequest, PaperCopy],
          useFactory: arrangeStages,
        },
        FraudCheck,
        DocumentReading,
        SignatureRequest,
        PaperCopy,
        CameraList,
      ],
    };
  }

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(tenantContext(tenantOfRequest)).forRoutes('*path');
  }
}

/** Stages of the desk: the document is examined first, then sent out for signature and on paper. */
function arrangeStages(
  check: FraudCheck,
  reading: DocumentReading,
  cameras: CameraList,
  signature: SignatureRequest,
  paperCopy: PaperCopy,
): DeskStep[][] {
  return [
    [check, reading, cameras],
    [signature, paperCopy],
  ];
}
