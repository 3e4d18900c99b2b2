import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';

/** A TCP proxy that can cut, slow down and garble connections. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Closes every connection, and every new one at once. */
  cut(): void;
  /** Delays every response of the server. */
  slowDown(ms: number): void;
  /** Sends invalid data instead of the server's responses. */
  garble(): void;
  /** Ends every fault; existing connections are closed. */
  mend(): void;
}

export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let isGarbling = false;
  let delayMs = 0;
  const server = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const upstream = connect(target, '127.0.0.1');
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (chunk) => {
      if (isGarbling) client.write('HTTP/1.1 400 Bad Request\r\n\r\n<html>');
      else upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (delayMs === 0) client.write(chunk);
      else setTimeout(() => client.writable && client.write(chunk), delayMs);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const disconnect = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const cut = (): void => {
    isCut = true;
    disconnect();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    slowDown: (ms) => {
      delayMs = ms;
    },
    garble: () => {
      isGarbling = true;
    },
    mend: () => {
      isCut = false;
      isGarbling = false;
      delayMs = 0;
      disconnect();
    },
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
