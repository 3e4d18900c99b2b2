import { Test } from '@nestjs/testing';
import { getTokenClientToken } from 'nestjs-client-credentials';
import { startAuthorizationServer } from 'nestjs-client-credentials/testing';
import { of } from 'rxjs';
import { AppModule } from './app.module';
import { Invoices } from './invoices';

describe('the invoices', () => {
  it('come from a test double that overrides the client', async () => {
    const get = jest.fn(() => of({ data: { method: 'GET', path: '/stand-in' } }));
    const testing = await Test.createTestingModule({
      imports: [
        AppModule.withBilling({
          tokenUrl: 'https://id.example.com/token',
          clientId: 'client',
          clientSecret: 'secret',
          api: { baseURL: 'https://api.example.com' },
        }),
      ],
    })
      .overrideProvider(getTokenClientToken('billing'))
      .useValue({ get })
      .compile();

    const answer = await testing.get(Invoices).find('1');

    expect(answer.path).toBe('/stand-in');
    expect(get).toHaveBeenCalledWith('/invoices/1');
    await testing.close();
  });

  it('are requested with a token if nothing is overridden', async () => {
    const server = await startAuthorizationServer();
    const testing = await Test.createTestingModule({
      imports: [AppModule.withBilling(server.providerConfig)],
    }).compile();

    const answer = await testing.get(Invoices).find('1');

    expect(answer.path).toBe('/invoices/1');
    expect(server.apiRequests[0]?.token).toBe(server.issued[0]?.value);
    await testing.close();
    await server.close();
  });
});
