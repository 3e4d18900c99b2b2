import { describe, expect, it } from '@jest/globals';
import type { ResponseDialect } from '../config/dialect.js';
import { resolveProvider } from '../config/resolve.js';
import type { TokenResponse } from './response-body.js';
import { readError } from './error-response.js';

function read(
  body: string | object,
  {
    challenge,
    response = {},
    secrets = [],
  }: { challenge?: string; response?: ResponseDialect; secrets?: string[] } = {},
): object {
  const config = { tokenUrl: 'https://id.example.com', clientId: 'c', dialect: { response } };
  const answer: TokenResponse = {
    status: 400,
    headers: { ...(challenge !== undefined && { 'www-authenticate': challenge }) },
    text: typeof body === 'string' ? body : JSON.stringify(body),
  };
  return readError(answer, resolveProvider('desk', config).dialect, secrets);
}

describe('an error response is read', () => {
  it.each<[string, string | object, code: string | undefined, description: string | undefined]>([
    [
      'in the form of RFC 6749',
      { error: 'invalid_client', error_description: 'Expired.' },
      'invalid_client',
      'Expired.',
    ],
    ['without a description', { error: 'invalid_scope' }, 'invalid_scope', undefined],
    [
      'from an error object',
      { error: { code_reason: 'bad_key', code: 401, message: 'No such key.' } },
      'bad_key',
      'No such key.',
    ],
    ['from a message', { message: 'Unauthorized', code: 16 }, '16', 'Unauthorized'],
    ['past an empty code', { error: '', errorCode: 'E1' }, 'E1', undefined],
    ['past a code that is neither text nor number', { error: true, errcode: 0 }, '0', undefined],
    ['from a number', { errcode: 40013, errmsg: 'invalid appid' }, '40013', 'invalid appid'],
    [
      'from Okta',
      { errorCode: 'E0000011', errorSummary: 'Invalid token provided' },
      'E0000011',
      'Invalid token provided',
    ],
    ['from a problem report', { title: 'Forbidden', detail: 'Not yours.' }, undefined, 'Not yours.'],
    [
      'from JSON packed in a string',
      { error: '{"code":"X1","message":"No."}' },
      '{"code":"X1","message":"No."}',
      'No.',
    ],
    ['from a page', '<html><head><title>502 Bad\n Gateway</title>', undefined, '502 Bad Gateway'],
    ['from the heading of a page', '<h1 class="x">Blocked</h1>', undefined, 'Blocked'],
    ['as no error from plain text', 'Nope', undefined, undefined],
    ['as no error from a text in which a title comes up', 'No <title>x</title>', undefined, undefined],
    ['as no error from an empty body', '', undefined, undefined],
    ['as no error from null', 'null', undefined, undefined],
    ['as no error from a list', '[]', undefined, undefined],
  ])('%s', (_, body, code, description) => {
    expect(read(body)).toEqual({ code, description });
  });

  it.each([
    ['Bearer error="invalid_client", error_description="Wrong."', 'invalid_client', 'Wrong.'],
    ['Basic realm="a", Bearer realm="b", error=invalid_client', 'invalid_client', undefined],
    ['Bearer realm="a "quoted" one", error="invalid_client"', 'invalid_client', undefined],
    ['BEARER ERROR="invalid_client"', 'invalid_client', undefined],
    ['Basic realm="x"', undefined, undefined],
  ])('from a challenge: %s', (challenge, code, description) => {
    expect(read('', { challenge })).toEqual({ code, description });
  });

  it('from the body rather than the challenge', () => {
    expect(read({ error: 'invalid_grant' }, { challenge: 'Bearer error="invalid_client"' })).toMatchObject({
      code: 'invalid_grant',
    });
  });

  it('from the paths of the dialect', () => {
    const response = { error: 'fault.id', errorDescription: 'fault.text' };

    expect(read({ error: 'x', fault: { id: 'F1', text: 'Faulty.' } }, { response })).toEqual({
      code: 'F1',
      description: 'Faulty.',
    });
  });

  it.each([
    ['at the top of a page', 9_000, 'Blocked'],
    ['but not far down, where a search could take minutes', 11_000, undefined],
  ])('from a title %s', (_, offset, description) => {
    expect(read(`<!--${'-'.repeat(offset)}--><title>Blocked</title>`)).toMatchObject({ description });
  });
});

describe('an error response is shown', () => {
  it('whole, where its length is the limit', () => {
    const code = 'e'.repeat(80);
    const description = 'x'.repeat(300);

    expect(read({ error: code, error_description: ` ${description}\n` })).toEqual({ code, description });
  });

  it('with a registered code as it is, even if a secret has the same value', () => {
    const secrets = ['invalid_client', 'other_code'];

    expect(read({ error: 'invalid_client' }, { secrets })).toMatchObject({ code: 'invalid_client' });
    expect(read({ error: 'other_code' }, { secrets })).toMatchObject({ code: '[redacted]' });
  });

  it('in one line of limited length', () => {
    const description = `Line\n\n  break. ${'x'.repeat(400)}`;

    expect(read({ error: 'e'.repeat(100), error_description: description })).toEqual({
      code: `${'e'.repeat(80)}…`,
      description: `Line break. ${'x'.repeat(288)}…`,
    });
  });

  it.each([
    ['that is cut', `${'x'.repeat(290)} `, 'long-secret-long-secret'],
    ['longer than what is shown', '', 'secret'.repeat(100)],
    ['with blanks that are not shown', '', 'a  secret\nin lines'],
  ])('without a secret %s', (_, before, secret) => {
    const { description } = read(
      { error: 'e', error_description: `${before}${secret}` },
      { secrets: [secret] },
    ) as { description: string };

    expect(description).toBe(`${before}[redacted]`.slice(0, 300) + (before === '' ? '' : '…'));
  });
});
