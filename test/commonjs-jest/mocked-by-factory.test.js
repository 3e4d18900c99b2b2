// Run by test/commonjs-jest.e2e-spec.ts in a jest of its own: CommonJS, and no configuration.
jest.mock('axios', () => {
  const instance = {
    get: jest.fn(),
    post: jest.fn(),
    interceptors: { request: { use: jest.fn() } },
    defaults: {},
  };
  return { __esModule: true, default: { ...instance, create: jest.fn(() => instance) } };
});

test.each(['core', 'express', 'providers', 'testing', 'redis', 'keyv'])(
  'the entry %s can be loaded',
  (entry) => {
    expect(Object.keys(require(`nestjs-client-credentials/${entry}`)).length).toBeGreaterThan(0);
  },
);

test('a manager can be built, and nothing of axios was called for it', () => {
  const axios = require('axios').default;
  const { TokenManager } = require('nestjs-client-credentials/core');

  const tokens = new TokenManager({
    providers: {
      desk: { tokenUrl: 'https://id.example.com/token', clientId: 'desk', clientSecret: 'secret' },
    },
  });

  expect(tokens.source('desk').provider).toBe('desk');
  expect(axios.create).not.toHaveBeenCalled();
});

test('errors can be told apart', () => {
  const { ClientCredentialsError } = require('nestjs-client-credentials/core');

  const error = new ClientCredentialsError('no', { code: 'closed' });

  expect(error).toBeInstanceOf(ClientCredentialsError);
});
