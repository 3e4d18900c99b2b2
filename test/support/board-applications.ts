import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Module } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { tokenBoard, type BoardManager, type TokenBoardOptions } from 'nestjs-client-credentials/board';
import { listen } from './listen.js';

/** An application with a board at `/tokens`. */
interface BoardApplication extends AsyncDisposable {
  /** Address without a path. */
  readonly url: string;
  /** Closes the application as its users do, without ending connections by force. */
  close(): Promise<void>;
}

type Start = (manager: BoardManager, options?: TokenBoardOptions, port?: number) => Promise<BoardApplication>;

@Module({})
class EmptyModule {}

async function openNest(
  adapter: ExpressAdapter | FastifyAdapter,
  ...[manager, options, port = 0]: Parameters<Start>
): Promise<BoardApplication> {
  const testing = await Test.createTestingModule({ imports: [EmptyModule] }).compile();
  const app = testing.createNestApplication(adapter, { logger: false });
  app.use('/tokens', tokenBoard(manager, options));
  await app.listen(port, '127.0.0.1');
  const close = (): Promise<void> => app.close();
  const { port: bound } = (app.getHttpServer() as Server).address() as AddressInfo;
  return { url: `http://127.0.0.1:${bound}`, close, [Symbol.asyncDispose]: close };
}

/** Starts an Express application with a board. */
export const openExpress: Start = async (manager, options, port = 0) => {
  const app = express();
  app.use('/tokens', tokenBoard(manager, options));
  const server = app.listen(port, '127.0.0.1');
  await new Promise((resolve) => void server.once('listening', resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
    });
  const { port: bound } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${bound}`, close, [Symbol.asyncDispose]: close };
};

/** The frameworks that a board is mounted in. */
export const FRAMEWORKS: [name: string, start: Start][] = [
  ['Express', openExpress],
  ['Nest on Express', (...args) => openNest(new ExpressAdapter(), ...args)],
  ['Nest on Fastify', (...args) => openNest(new FastifyAdapter(), ...args)],
];

/** Starts an application with other mounts. */
export function openApplication(setUp: (app: express.Express) => void): ReturnType<typeof listen> {
  const app = express();
  setUp(app);
  return listen(app);
}
