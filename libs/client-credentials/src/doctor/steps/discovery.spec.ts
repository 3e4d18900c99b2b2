import { describe, expect, it } from '@jest/globals';
import { ClientCredentialsError } from '../../base/errors.js';
import type { ProviderConfig } from '../../config/options.js';
import type { ObservedRequest } from '../observed-requests.js';
import { discoveryStep } from './discovery.js';

const ISSUER = 'https://id.example.com';
const CONFIG: ProviderConfig = { issuer: ISSUER, clientId: 'desk', clientSecret: 's' };

function request(path: string, status: number | undefined = 200): ObservedRequest {
  return { url: `${ISSUER}${path}`, durationMs: 12.3, status, clockDifferenceMs: undefined };
}

const METADATA = request('/.well-known/openid-configuration');

describe('the metadata of an issuer', () => {
  it('are no step of a client with a token endpoint', () => {
    expect(discoveryStep({ ...CONFIG, tokenUrl: `${ISSUER}/token` }, [METADATA], undefined)).toBeUndefined();
  });

  it('are no step if nobody asked for them', () => {
    expect(discoveryStep(CONFIG, [request('/token')], undefined)).toBeUndefined();
  });

  it('name the token endpoint', () => {
    expect(discoveryStep(CONFIG, [METADATA, request('/token')], undefined)).toMatchObject({
      status: 'ok',
      message: 'the token endpoint is https://id.example.com/token, 12 ms',
      details: { tokenUrl: 'https://id.example.com/token', durationMs: 12 },
    });
  });

  it('are well if what comes after them fails', () => {
    const failure = new ClientCredentialsError('The secret could not be read.', {
      code: 'token_endpoint_unavailable',
    });

    expect(discoveryStep(CONFIG, [METADATA], failure)).toMatchObject({
      status: 'ok',
      message: 'metadata read, 12 ms',
    });
    expect(discoveryStep(CONFIG, [METADATA], new TypeError('own'))).toMatchObject({ status: 'ok' });
  });

  it.each([
    ['without a usable answer', { code: 'invalid_configuration' }, 200],
    ['with another status', { code: 'token_endpoint_unavailable' }, 404],
    [
      'with an answer of an endpoint',
      { code: 'token_endpoint_unavailable', endpointStatus: 200, oauthError: 'server_error' },
      200,
    ],
  ] as const)('%s are a failure', (_, details, status) => {
    const failure = new ClientCredentialsError('No metadata.', details);

    const step = discoveryStep(CONFIG, [request('/.well-known/openid-configuration', status)], failure);

    expect(step).toMatchObject({ status: 'failed', message: 'No metadata.', details });
  });
});
