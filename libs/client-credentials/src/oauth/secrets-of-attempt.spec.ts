import { describe, expect, it } from '@jest/globals';
import { resolveProvider } from '../config/resolve.js';
import { sensitiveValuesOf } from './secrets-of-attempt.js';

describe('the secrets of an attempt', () => {
  it('are all values except those known to be public', () => {
    const dialect = { parameterNames: { client_id: 'appid' } };
    const provider = resolveProvider('desk', { tokenUrl: 'https://id.example.com', clientId: 'c', dialect });

    const secrets = sensitiveValuesOf(
      {
        url: 'https://id.example.com/token?key=K1',
        method: 'POST',
        headers: {
          accept: 'a',
          'Content-Type': 'b',
          'user-agent': 'u',
          authorization: 'Basic H1',
          'x-key': 'H2',
        },
        parameters: {
          grant_type: 'g',
          appid: 'c',
          scope: 's',
          audience: 'a',
          resource: ['r'],
          client_secret: 'P1',
          client_id: 'P2',
          pin: 123456,
          nested: { list: ['P3', null, true] },
        },
      },
      provider.dialect,
    );

    expect(secrets.toSorted()).toEqual(['123456', 'Basic H1', 'H1', 'H2', 'K1', 'P1', 'P2', 'P3']);
  });
});
