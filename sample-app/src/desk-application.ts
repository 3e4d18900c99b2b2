import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { raw } from 'express';
import { AppModule } from './app.module.js';
import type { DeskAccess } from './config/environment.js';

const MAX_DOCUMENT_SIZE = '10mb';

/** The document desk, not listening yet. Without access to the providers it comes with its sandbox. */
export async function createDesk(access: DeskAccess): Promise<NestExpressApplication> {
  const desk = await NestFactory.create<NestExpressApplication>(AppModule.forAccess(access), {
    bodyParser: false,
    // What goes wrong at the start is for the caller to tell; Nest would end the process.
    abortOnError: false,
    logger: ['error', 'warn'],
  });
  // The body is the document, whatever curl says its type is. What is proxied keeps its body for the proxy.
  desk.use('/documents', raw({ type: () => true, limit: MAX_DOCUMENT_SIZE }));
  desk.enableShutdownHooks();
  return desk;
}
