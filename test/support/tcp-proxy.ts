import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';

/** Stands between a client and a server, and can cut what is between them. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Cuts every connection, and each new one at once. */
  cut(): void;
  /** Holds back for so long whatever the server answers. */
  slowDown(ms: number): void;
  /** Answers nonsense in the server's place. */
  garble(): void;
  /** Lets everything through again, on new connections. */
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
