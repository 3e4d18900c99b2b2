import { Test } from '@nestjs/testing';
import { ClientCredentialsModule, getTokenClientToken, TokenClient } from 'nestjs-client-credentials';

jest.mock('axios');

it('starts where a test has put a mock in the place of axios', async () => {
  const billing = { tokenUrl: 'https://id.example.com/token', clientId: 'billing', clientSecret: 'secret' };
  const root = ClientCredentialsModule.forRoot({ providers: { billing } });

  const application = await Test.createTestingModule({ imports: [root] }).compile();
  await application.init();

  expect(application.get(getTokenClientToken('billing'))).toBeInstanceOf(TokenClient);
  await application.close();
});
