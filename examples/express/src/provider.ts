import { randomUUID } from 'node:crypto';
import { startAuthorizationServer, type AuthorizationServer } from 'nestjs-client-credentials/testing';

/** Customers; a real application keeps customers in a database and secrets in a vault. */
export const customers = new Map([
  ['acme', { clientId: 'client-of-acme', clientSecret: 'secret-of-acme' }],
  ['globex', { clientId: 'client-of-globex', clientSecret: 'secret-of-globex' }],
]);

/** Documents by customer. */
const documents: Record<string, string[]> = {
  acme: ['Anvil, offer', 'Rocket skates, contract'],
  globex: ['Hammock district, lease'],
};

/** Starts a document provider where each customer has an account, and sees the documents of that account alone. */
export function startProvider(): Promise<AuthorizationServer> {
  return startAuthorizationServer({
    clientAuthentication: ({ headers }) => customerOf(headers.authorization) !== undefined,
    newToken: (issue, { headers }) => `${customerOf(headers.authorization)}-${issue}-${randomUUID()}`,
    api: ({ token = '' }, response) => {
      const [customer = ''] = token.split('-');
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ customer, documents: documents[customer] ?? [] }));
    },
  });
}

/** Customer by the credentials of a token request. */
function customerOf(authorization = ''): string | undefined {
  for (const [name, { clientId, clientSecret }] of customers) {
    const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    if (authorization === `Basic ${credentials}`) return name;
  }
  return undefined;
}
