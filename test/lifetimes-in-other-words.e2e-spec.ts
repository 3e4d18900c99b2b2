import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { ResponseDialect } from 'nestjs-client-credentials/core';
import { failureOf, openDesk, type Desk } from './support/the-desk.js';

type LifetimeOf = Extract<ResponseDialect['expiresUnit'], (value: unknown) => number>;

/** Desk whose token endpoint answers once with these fields beside the token. */
async function deskThatGets(fields: object, response: ResponseDialect): Promise<Desk> {
  const desk = await openDesk({ provider: { tokenRequest: { attempts: 1 }, dialect: { response } } });
  desk.server.tokenEndpoint.answerNext(1, { body: { access_token: 'T', ...fields } });
  return desk;
}

const secondsOfClock: LifetimeOf = (value) => {
  const [hours = 0, minutes = 0, seconds = 0] = String(value).split(':').map(Number);
  return hours * 3600 + minutes * 60 + seconds;
};

const claimOf: LifetimeOf = (jwt) => {
  const [, payload = ''] = String(jwt).split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString()).ttl;
};

describe('a lifetime that a function reads', () => {
  it.each<[string, LifetimeOf, unknown, number]>([
    ['from hours, minutes and seconds', secondsOfClock, '1:00:30', 3630],
    ['from a claim', claimOf, `e30.${Buffer.from('{"ttl":90}').toString('base64url')}.c2ln`, 90],
    ['from seconds', Number, '60', 60],
  ])('%s is the lifetime of the token', async (_, expiresUnit, value, seconds) => {
    await using desk = await deskThatGets({ life: value }, { expiresIn: 'life', expiresUnit });

    const token = await desk.source.getToken();

    expect(token.expiresAt - token.obtainedAt).toBe(seconds * 1000);
  });

  it.each([undefined, null])('is the default where the answer has %s in its place', async (life) => {
    const readFrom: unknown[] = [];
    const expiresUnit: LifetimeOf = (value) => readFrom.push(value);
    await using desk = await deskThatGets({ life }, { expiresIn: 'life', expiresUnit });

    const token = await desk.source.getToken();

    expect(token.expiresAt - token.obtainedAt).toBe(3_600_000);
    expect(readFrom).toEqual([]);
  });

  it.each([Number.NaN, -5])('is told of by the name of the option where it is %d', async (seconds) => {
    await using desk = await deskThatGets({ life: 'x' }, { expiresIn: 'life', expiresUnit: () => seconds });

    const failure = await failureOf(desk.source.getToken());

    expect(failure.code).toBe('invalid_token_response');
    expect(failure.message).toContain('dialect.response.expiresUnit');
  });

  it('is told of likewise where the function throws, and shows nothing of what it threw', async () => {
    const expiresUnit = (value: unknown): number => {
      throw new Error(`Not understood: ${String(value)}`);
    };
    await using desk = await deskThatGets(
      { life: 'a-part-of-the-token' },
      { expiresIn: 'life', expiresUnit },
    );

    const failure = await failureOf(desk.source.getToken());

    expect(failure.code).toBe('invalid_token_response');
    expect(failure.message).toContain('dialect.response.expiresUnit');
    expect(inspect(failure, { depth: 12, showHidden: true })).not.toContain('a-part-of-the-token');
  });

  it('reads seconds from the test server, which knows no other unit of a function', async () => {
    const dialect = { response: { expiresUnit: Number } };
    await using desk = await openDesk({ server: { dialect, lifetimeSeconds: 120 } });

    const token = await desk.source.getToken();

    expect(token.expiresAt - token.obtainedAt).toBe(120_000);
  });
});
