import { describe, expect, it } from '@jest/globals';
import type { ProviderConfig } from '../../config/options.js';
import { clockStep } from './clock.js';

const OF_SECRET: ProviderConfig = { tokenUrl: 'https://id.example.com', clientId: 'desk', clientSecret: 's' };
const OF_KEY: ProviderConfig = {
  tokenUrl: 'https://id.example.com',
  clientId: 'desk',
  privateKey: { key: 'key.pem' },
};

describe('the clock', () => {
  it('that differs by half a minute is well', () => {
    expect(clockStep(30_000, OF_KEY)).toMatchObject({ status: 'ok', details: { differenceSeconds: 30 } });
    expect(clockStep(0, OF_KEY).message).toBe('within 1 s of the server’s');
  });

  it('that is behind or ahead fails a client that signs', () => {
    expect(clockStep(60_000, OF_KEY)).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(/60 s behind the server’s: the server may refuse assertions/),
    });
    expect(clockStep(-60_000, { ...OF_SECRET, dpop: true }).message).toContain('60 s ahead of the server’s');
    expect(clockStep(-60_000, { ...OF_KEY, grant: { type: 'jwt_bearer' } }).status).toBe('failed');
  });

  it('that is wrong warns a client that sends a secret', () => {
    expect(clockStep(-60_000, OF_SECRET)).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('it does no harm'),
    });
  });
});
