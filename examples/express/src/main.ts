import { TokenManager } from 'nestjs-client-credentials/core';
import { startAuthorizationServer } from 'nestjs-client-credentials/testing';
import { createApplication } from './application.js';

const PORT = 3000;

/** Customers; a real application keeps customers in a database and secrets in a vault. */
const customers = new Map([
  ['acme', { clientId: 'client-of-acme', clientSecret: 'secret-of-acme' }],
  ['globex', { clientId: 'client-of-globex', clientSecret: 'secret-of-globex' }],
]);

// A local authorization server, so that the example needs no account.
const provider = await startAuthorizationServer({
  clientAuthentication: ({ headers }) => {
    const known = [...customers.values()].map(({ clientId, clientSecret }) =>
      Buffer.from(`${clientId}:${clientSecret}`).toString('base64'),
    );
    return known.includes(headers.authorization?.replace('Basic ', '') ?? '');
  },
});

const tokens = new TokenManager({
  providers: {
    documents: {
      tokenUrl: provider.tokenUrl,
      api: { baseURL: provider.apiUrl },
      tenants: (tenant) => customers.get(tenant),
    },
  },
});

const server = createApplication(tokens.source('documents'), provider.apiUrl).listen(
  PORT,
  '127.0.0.1',
  () => {
    console.log(`Try:
  curl -H 'x-tenant-id: acme' http://127.0.0.1:${PORT}/documents
  curl -H 'x-tenant-id: globex' http://127.0.0.1:${PORT}/gateway/documents`);
  },
);

process.once('SIGINT', () => {
  server.close();
  void Promise.all([tokens.close(), provider.close()]);
});
