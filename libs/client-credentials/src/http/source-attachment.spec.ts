import { describe, expect, it } from '@jest/globals';
import { attach, type Attachment } from '../token/attachment.js';
import type { TokenRequest } from '../config/token-request.js';
import type { BearerSource, BearerToken } from '../token/token-source.js';
import { attachmentOf } from './source-attachment.js';

const TOKEN = { value: 'T', authorization: 'Bearer T' };
const source: BearerSource = { getToken: () => TOKEN };

describe('a source of your own', () => {
  it.each([[undefined], [null], ['source'], [{}], [{ getToken: 'T' }]])(
    'must have getToken(): %j',
    (given) => {
      expect(() => attachmentOf(given as unknown as BearerSource)).toThrow(
        expect.objectContaining({
          code: 'invalid_configuration',
          message: expect.stringContaining('source: must be a token source'),
        }),
      );
    },
  );

  it.each([
    ['no list', 'https://api.example.com', 'allowedOrigins: must be a list of origins'],
    ['an origin that is none', ['nowhere'], 'allowedOrigins.0'],
    ['an unsafe origin', ['https://a.example.com', 'http://api.example.com'], 'allowedOrigins.1'],
  ])('is not attached with %s', (_, allowedOrigins, problem) => {
    expect(() => attachmentOf(source, { allowedOrigins: allowedOrigins as string[] })).toThrow(problem);
  });

  it('is attached to the origins that are named', () => {
    const { allowedOrigins } = attachmentOf(source, { allowedOrigins: ['https://API.example.com:443'] });

    expect(allowedOrigins).toEqual(['https://api.example.com']);
  });

  it.each([
    ['nothing', undefined],
    ['a text', 'T'],
    ['no value', { authorization: 'Bearer T' }],
    ['an empty value', { value: '', authorization: 'Bearer T' }],
    ['no header', { value: 'T' }],
  ])('must give a token, not %s', async (_, token) => {
    const getToken = (async () => token) as unknown as BearerSource['getToken'];

    await expect(async () => attachmentOf({ getToken, provider: 'mine' }).getToken({})).rejects.toMatchObject(
      {
        code: 'invalid_token_response',
        provider: 'mine',
        message: expect.stringContaining('gave something else than a token'),
      },
    );
  });

  it('gets the signal of the call beside its request', async () => {
    const seen: unknown[] = [];
    const attachment = attachmentOf({
      getToken: (request?: TokenRequest) => {
        seen.push(request);
        return TOKEN;
      },
    });
    const { signal } = new AbortController();
    const request = { scope: 'a' };

    await attachment.getToken(request);
    await attachment.getToken(request, signal);

    expect(seen).toEqual([{ scope: 'a' }, { scope: 'a', signal }]);
    expect(request).toEqual({ scope: 'a' });
  });

  it('is told of a refused token, where it wants to know', async () => {
    const dropped: unknown[] = [];
    const told = attachmentOf({ ...source, invalidate: (token: BearerToken) => void dropped.push(token) });

    expect(await told.refuse(TOKEN, {}, undefined)).toBe('another');
    expect(await attachmentOf(source).refuse(TOKEN, {}, undefined)).toBe('final');
    expect(dropped).toEqual([TOKEN]);
  });
});

describe('the origins of a source with tenants', () => {
  it.each([
    ['at once', (own: Attachment) => own],
    ['later', async (own: Attachment) => own],
  ])('apply to the attachment of each tenant that is found %s', async (_, found) => {
    const tenant = attachmentOf(source);
    const whole = { ...attachmentOf(source), forCall: () => found(tenant) };
    const tokens = { ...source };
    attach(tokens, whole);

    const call = (): never => {
      throw new Error('No call is there.');
    };
    const attachment = attachmentOf(tokens, { allowedOrigins: ['https://api.example.com'] });
    const [first, second] = [await attachment.forCall({}, call), await attachment.forCall({}, call)];

    expect(first.allowedOrigins).toEqual(['https://api.example.com']);
    expect(second).toBe(first);
  });
});
