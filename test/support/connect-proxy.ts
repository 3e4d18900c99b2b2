import { once } from 'node:events';
import { createServer, request as send } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** A proxy as companies have them: it tunnels what CONNECT asks for, and forwards what is sent in the clear. */
export interface ConnectProxy extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Where it was asked to connect to, or what to forward. */
  readonly asked: readonly string[];
  /** How often it says that its own client must authenticate, before it serves. */
  refusals: number;
}

const CHALLENGE = { 'proxy-authenticate': 'Basic realm="proxy"' };

export async function startConnectProxy(): Promise<ConnectProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const isRefused = (): boolean => {
    if (proxy.refusals === 0) return false;
    proxy.refusals -= 1;
    return true;
  };
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (isRefused()) {
      request.resume();
      response.writeHead(407, CHALLENGE).end('<html>Proxy Authentication Required</html>');
      return;
    }
    const { method, headers } = request;
    const onward = send(request.url ?? '', { method: method ?? 'GET', headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  server.on('connection', (socket) => track(socket));
  server.on('connect', (request, client: Socket) => {
    asked.push(`CONNECT ${request.url}`);
    if (isRefused()) {
      const body = '<html>Proxy Authentication Required</html>';
      client.end(
        `HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="proxy"\r\nContent-Type: text/html\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      return;
    }
    const { hostname, port } = new URL(`http://${request.url}`);
    const upstream = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    track(upstream);
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  function track(socket: Socket): void {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const proxy: ConnectProxy = {
    url: `http://127.0.0.1:${port}`,
    port,
    asked,
    refusals: 0,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
