// Run by test/commonjs-jest.e2e-spec.ts in a jest of its own: CommonJS, and no configuration.
jest.mock('axios');

test.each(['core', 'express', 'providers', 'testing', 'redis', 'keyv'])(
  'the entry %s can be loaded',
  (entry) => {
    expect(Object.keys(require(`nestjs-client-credentials/${entry}`)).length).toBeGreaterThan(0);
  },
);

test('a manager can be built', () => {
  const { TokenManager } = require('nestjs-client-credentials/core');

  const tokens = new TokenManager({
    providers: {
      desk: { tokenUrl: 'https://id.example.com/token', clientId: 'desk', clientSecret: 'secret' },
    },
  });

  expect(tokens.source('desk').provider).toBe('desk');
});
