import { describe, expect, it } from '@jest/globals';
import { TokenManager, type ProviderConfig } from 'nestjs-client-credentials/core';
import { openAuthorizationServer } from './support/open-authorization-server.js';
import { failureOf } from './support/the-desk.js';

const CLIENT_ID = 'desk:1&co';
// All characters that an encoding could change and that the server accepts in a secret.
const SECRET = 's+e/c-r%e:t=._*~!$';
const METHODS = ['client_secret_basic', 'client_secret_post'] as const;

async function askOnce(tokenUrl: string, config: Partial<ProviderConfig>): Promise<unknown> {
  const desk = { tokenUrl, clientId: CLIENT_ID, clientSecret: SECRET, ...config };
  const tokens = new TokenManager({ providers: { desk } });
  try {
    return await tokens.source('desk').getToken({ scope: 'read' });
  } finally {
    await tokens.close();
  }
}

describe.each(METHODS)('a client secret, by %s,', (clientAuthentication) => {
  const client = {
    client_id: CLIENT_ID,
    client_secret: SECRET,
    token_endpoint_auth_method: clientAuthentication,
  };

  it('is accepted by a real server', async () => {
    await using server = await openAuthorizationServer({ clients: [client] });

    const token = await askOnce(server.tokenUrl, { clientAuthentication });

    expect(token).toMatchObject({ type: 'Bearer', scopes: ['read'] });
  });

  it('is sent once and refused by a real server if it is wrong', async () => {
    await using server = await openAuthorizationServer({ clients: [client] });

    const error = await failureOf(askOnce(server.tokenUrl, { clientAuthentication, clientSecret: 'wrong' }));

    expect(error).toMatchObject({ code: 'token_request_rejected', oauthError: 'invalid_client' });
    expect(server.tokenRequests).toHaveLength(1);
  });
});
