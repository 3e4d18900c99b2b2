import { describe, expect, it } from '@jest/globals';
import type { ProviderConfig } from '../../config/options.js';
import { contradictionOf, metadataOf } from './metadata.js';

const DOCUMENT = { issuer: 'https://id.example.com', token_endpoint: 'https://id.example.com/token' };
const CLIENT: ProviderConfig = { issuer: DOCUMENT.issuer, clientId: 'desk', clientSecret: 's' };

describe('the metadata of a server', () => {
  it('is read with its endpoints and methods', () => {
    const document = {
      ...DOCUMENT,
      mtls_endpoint_aliases: { token_endpoint: 'https://mtls.example.com/token' },
      token_endpoint_auth_methods_supported: ['private_key_jwt', 7],
    };

    expect(metadataOf(document)).toEqual({
      issuer: DOCUMENT.issuer,
      tokenUrl: DOCUMENT.token_endpoint,
      mtlsTokenUrl: 'https://mtls.example.com/token',
      authenticationMethods: ['private_key_jwt'],
    });
  });

  it.each<[string, object, string]>([
    [
      'no token endpoint',
      { token_endpoint: undefined },
      'have no https token_endpoint: set tokenUrl instead',
    ],
    [
      'a token endpoint without TLS',
      { token_endpoint: 'http://id.example.com/token' },
      'have no https token_endpoint: set tokenUrl instead',
    ],
    [
      'a token endpoint with a user name',
      { token_endpoint: 'https://u:p@id.example.com/token' },
      'have no https token_endpoint: set tokenUrl instead',
    ],
    [
      'an mTLS alias without TLS',
      { mtls_endpoint_aliases: { token_endpoint: 'http://id.example.com' } },
      'have no https token_endpoint in mtls_endpoint_aliases: set tokenUrl instead',
    ],
  ])('is refused for %s', (_, change, problem) => {
    expect(metadataOf({ ...DOCUMENT, ...change })).toBe(problem);
  });
});

describe('a configuration and the metadata agree', () => {
  it.each<[string, string[] | undefined, Partial<ProviderConfig>]>([
    ['where the metadata list no methods', undefined, {}],
    ['where the metadata list the method', ['none', 'client_secret_basic'], {}],
    ['where clientAuthentication is a function', [], { clientAuthentication: () => undefined }],
    [
      'on self-signed certificates',
      ['self_signed_tls_client_auth'],
      { clientAuthentication: 'tls_client_auth' },
    ],
  ])('%s', (_, announced, config) => {
    const metadata = metadataOf({ ...DOCUMENT, token_endpoint_auth_methods_supported: announced });

    expect(
      typeof metadata === 'object' && contradictionOf({ ...CLIENT, ...config }, metadata),
    ).toBeUndefined();
  });

  it('not where the metadata list other methods, which the problem names', () => {
    const metadata = metadataOf({
      ...DOCUMENT,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'none'],
    });

    expect(typeof metadata === 'object' && contradictionOf(CLIENT, metadata)).toContain(
      "does not support 'client_secret_basic', but 'client_secret_post', 'none'",
    );
  });
});
