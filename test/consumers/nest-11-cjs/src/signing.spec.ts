import { generateKeyPairSync } from 'node:crypto';
import { Test } from '@nestjs/testing';
import { startAuthorizationServer, type AuthorizationServer } from 'nestjs-client-credentials/testing';
import { AppModule } from './app.module';
import { Invoices } from './invoices';

describe('a client that signs, in a jest suite that nobody has configured for it', () => {
  let server: AuthorizationServer;

  beforeEach(async () => {
    server = await startAuthorizationServer({ clientAuthentication: () => true });
  });

  afterEach(() => server.close());

  it('has its assertion signed by a private key', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const testing = await Test.createTestingModule({
      imports: [
        AppModule.withBilling({
          ...server.providerConfig,
          clientAuthentication: 'private_key_jwt',
          privateKey: { key: privateKey },
        }),
      ],
    }).compile();

    const answer = await testing.get(Invoices).find('1');

    const assertion = String(server.tokenRequests[0]?.parameters['client_assertion']);
    expect(answer.path).toBe('/invoices/1');
    expect(assertion.split('.')).toHaveLength(3);
    await testing.close();
  });
});
