import { AppModule } from './app.module';

jest.mock('axios', () => ({ __esModule: true, default: { create: jest.fn(), get: jest.fn() } }));

describe('a module beside a mock of axios that has no classes', () => {
  it('can be loaded', () => {
    const options = { tokenUrl: 'https://id.example.com/token', clientId: 'client', clientSecret: 'secret' };

    const { module } = AppModule.withBilling(options);

    expect(module).toBe(AppModule);
  });
});
