import { describe, expect, it } from '@jest/globals';
import { ClientCredentialsError } from '../../base/errors.js';
import type { ProviderConfig } from '../../config/options.js';
import { refusedStep } from './token.js';

const CONFIG: ProviderConfig = { tokenUrl: 'https://id.example.com', clientId: 'desk', clientSecret: 's' };

function refused(details: { endpointStatus?: number; oauthError?: string } = {}): ClientCredentialsError {
  return new ClientCredentialsError('Refused.', { code: 'token_request_rejected', ...details });
}

describe('a token request that failed', () => {
  it('has the codes of the error in its details', () => {
    const step = refusedStep(refused({ endpointStatus: 400, oauthError: 'invalid_client' }), CONFIG);

    expect(step).toEqual({
      step: 'token',
      status: 'failed',
      message: 'Refused.',
      details: {
        method: 'client_secret_basic',
        code: 'token_request_rejected',
        endpointStatus: 400,
        oauthError: 'invalid_client',
      },
    });
  });

  it('says that one of several secrets was sent, if there are several', () => {
    expect(refusedStep(refused(), { ...CONFIG, clientSecret: ['a'] }).message).toBe('Refused.');
    expect(refusedStep(refused(), { ...CONFIG, clientSecret: ['a', 'b'] }).message).toContain(
      'Only the first of the 2 secrets',
    );
  });

  it('of an own function shows the error’s words alone', () => {
    const config = { ...CONFIG, clientAuthentication: () => undefined } as ProviderConfig;

    expect(refusedStep(new TypeError('of my own'), config)).toMatchObject({
      message: 'TypeError: of my own',
      details: { method: 'a function as clientAuthentication' },
    });
  });
});
