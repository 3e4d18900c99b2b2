import type { Server } from 'node:http';
import { TokenManager } from 'nestjs-client-credentials/core';
import { createApplication } from './application.js';
import { customers, startProvider } from './provider.js';

const port = Number(process.env['PORT'] || 3000);

// A local authorization server, so that the example needs no account.
const provider = await startProvider();

const tokens = new TokenManager({
  providers: {
    documents: {
      tokenUrl: provider.tokenUrl,
      api: { baseURL: provider.apiUrl },
      tenants: (tenant) => customers.get(tenant),
    },
  },
});

const stop = async (): Promise<void> => {
  await Promise.all([tokens.close(), provider.close()]);
};

try {
  const server = await listen();
  const address = server.address();
  const bound = typeof address === 'object' ? address?.port : port;
  console.log(`Two customers get two answers. Try:
  curl -H 'x-tenant-id: acme' http://127.0.0.1:${bound}/documents
  curl -H 'x-tenant-id: globex' http://127.0.0.1:${bound}/documents
  curl -H 'x-tenant-id: globex' http://127.0.0.1:${bound}/gateway/documents`);
  process.once('SIGINT', () => {
    server.close();
    void stop();
  });
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
  await stop();
}

/** Resolves once the port is taken; Express calls its callback also where the port is not to be had. */
function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const application = createApplication(tokens.source('documents'), provider.apiUrl);
    const server = application.listen(port, '127.0.0.1', (error) =>
      error ? reject(error) : resolve(server),
    );
  });
}

function messageOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return `Port ${port} is in use. Stop the other process, or set another port: PORT=3001 npm run example:express`;
  if (code === 'ERR_SOCKET_BAD_PORT') return 'PORT must be a number from 0 to 65535. Set another port.';
  return `The example did not start. ${error instanceof Error ? error.message : String(error)}`;
}
