import { describe, expect, it } from '@jest/globals';
import type { ProviderConfig } from '../../config/options.js';
import { contradictionOf, metadataOf } from './metadata.js';

const DOCUMENT = { issuer: 'https://id.example.com', token_endpoint: 'https://id.example.com/token' };
const CLIENT: ProviderConfig = { issuer: DOCUMENT.issuer, clientId: 'desk', clientSecret: 's' };

describe('the metadata of a server', () => {
  it('is read as far as it matters', () => {
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
    ['no token endpoint', { token_endpoint: undefined }, 'names no https token_endpoint'],
    ['one in clear', { token_endpoint: 'http://id.example.com/token' }, 'names no https token_endpoint'],
    [
      'one with a user',
      { token_endpoint: 'https://u:p@id.example.com/token' },
      'names no https token_endpoint',
    ],
    [
      'an alias in clear',
      { mtls_endpoint_aliases: { token_endpoint: 'http://id.example.com' } },
      'names no https token_endpoint among its mtls_endpoint_aliases',
    ],
  ])('is refused for %s', (_, change, problem) => {
    expect(metadataOf({ ...DOCUMENT, ...change })).toBe(problem);
  });
});

describe('a configuration and the metadata agree', () => {
  it.each<[string, string[] | undefined, Partial<ProviderConfig>]>([
    ['where the server says nothing', undefined, {}],
    ['where it announces the method', ['none', 'client_secret_basic'], {}],
    ['where a function is used', [], { clientAuthentication: () => undefined }],
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

  it('not where the server announces others: then they are named', () => {
    const metadata = metadataOf({
      ...DOCUMENT,
      token_endpoint_auth_methods_supported: ['client_secret_post', 'none'],
    });

    expect(typeof metadata === 'object' && contradictionOf(CLIENT, metadata)).toContain(
      "does not announce 'client_secret_basic', but 'client_secret_post', 'none'",
    );
  });
});
