import type { LoggerService, LogLevel } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { raw } from 'express';
import { TokenManager } from 'nestjs-client-credentials';
import { tokenBoard } from 'nestjs-client-credentials/board';
import { AppModule } from './app.module.js';
import type { DeskAccess } from './config/environment.js';
import { loopbackOnly } from './loopback-only.js';

const MAX_DOCUMENT_SIZE = '10mb';

/** Creates the document desk without listening. Without provider credentials the desk starts a sandbox. */
export async function createDesk(
  access: DeskAccess,
  logger: LoggerService | LogLevel[] = ['error', 'warn'],
): Promise<NestExpressApplication> {
  const desk = await NestFactory.create<NestExpressApplication>(AppModule.forAccess(access), {
    bodyParser: false,
    // Start-up errors reach the caller; by default Nest would exit the process.
    abortOnError: false,
    logger,
  });
  desk.use(loopbackOnly);
  desk.use('/board', tokenBoard(desk.get(TokenManager)));
  // The body is the document, whatever its content type. Other routes keep their body for the proxy.
  desk.use('/documents', raw({ type: () => true, limit: MAX_DOCUMENT_SIZE }));
  desk.enableShutdownHooks();
  return desk;
}
