import { describe, expect, it } from '@jest/globals';
import {
  failureLatch,
  refreshBackoff,
  sameTokenBackoff,
  refreshInterval,
  type Succession,
} from './backoff-policy.js';
import type { Instant } from '../base/clock.js';
import type { HeldToken } from './refresh-policy.js';
import { ClientCredentialsError, type ClientCredentialsErrorDetails } from '../base/errors.js';

const NOW: Instant = { at: 1_000_000, monotonicMs: 5_000 };
const NO_JITTER = 0.5;

function held(remainingMs: number, lifetimeMs = remainingMs): HeldToken {
  const ageMs = lifetimeMs - remainingMs;
  const obtained = { at: NOW.at - ageMs, monotonicMs: NOW.monotonicMs - ageMs };
  return { obtained, lifetimeMs, skewMs: 0, refreshAheadMs: 0, isReplacement: false };
}

it('leaves a quarter of the lifetime between two background refreshes', () => {
  expect(refreshInterval(held(90_000, 100_000), NOW)).toEqual({ since: NOW, forMs: 25_000 });
});

describe('after a success refreshes pause', () => {
  const newToken: Succession = {
    token: held(100_000),
    previous: held(10_000, 100_000),
    isSameToken: false,
    originalLifetimeMs: 100_000,
  };
  const sameToken: Succession = {
    ...newToken,
    token: held(90_000),
    previous: held(90_000, 600_000),
    isSameToken: true,
    originalLifetimeMs: 600_000,
  };

  it.each<[string, Succession, number | undefined]>([
    ['not at all after a new token', newToken, undefined],
    ['not at all where the new token lives no longer', { ...newToken, token: held(10_000) }, undefined],
    ['not at all after the first token', { ...newToken, previous: undefined }, undefined],
    ['for 5 % of the original lifetime after the same token again', sameToken, 30_000],
    ['for at least 10 s after the same token again', { ...sameToken, originalLifetimeMs: 60_000 }, 10_000],
    ['where only rounding prolonged the same token', { ...sameToken, token: held(91_000) }, 30_000],
    ['not at all where the same one was prolonged', { ...sameToken, token: held(91_001) }, undefined],
  ])('%s', (_, succession, expectedMs) => {
    const pause = sameTokenBackoff(succession, NOW);

    expect(pause?.forMs).toBe(expectedMs);
    expect(pause?.since).toBe(expectedMs === undefined ? undefined : NOW);
  });

  it('and it is said that it was the same token', () => {
    expect(sameTokenBackoff(sameToken, NOW)?.isSameToken).toBe(true);
  });
});

describe('after a failure refreshes pause', () => {
  it.each([
    ['for a quarter of what is left', 60_000, 15_000],
    ['for at least 1 s', 2_000, 1_000],
    ['for at most 30 s', 3_600_000, 30_000],
    ['for 1 s where nothing is left', -5_000, 1_000],
  ])('%s', (_, remainingMs, expectedMs) => {
    expect(refreshBackoff(held(remainingMs, 3_600_000), NOW)).toEqual({
      since: NOW,
      forMs: expectedMs,
      isSameToken: false,
    });
  });
});

describe('after a failure callers get the same error', () => {
  const rejection: ClientCredentialsErrorDetails = { code: 'token_request_rejected', endpointStatus: 400 };
  const outage: ClientCredentialsErrorDetails = { code: 'token_endpoint_unavailable', endpointStatus: 503 };
  const rateLimit: ClientCredentialsErrorDetails = { ...outage, endpointStatus: 429 };

  it.each<
    [string, ClientCredentialsErrorDetails, random: number, inARow: number, expectedMs: number | undefined]
  >([
    ['for 30 s after a rejection', rejection, 0.5, 0, 30_000],
    ['for 24 s at least', rejection, 0, 0, 24_000],
    ['for 36 s at most', rejection, 1, 0, 36_000],
    ['for 30 s after a first 429', rateLimit, 0, 1, 30_000],
    ['for 60 s after a second', rateLimit, 0, 2, 60_000],
    ['for 8 min after a fifth', rateLimit, 0, 5, 480_000],
    ['for 15 min at most', rateLimit, 0, 6, 900_000],
    ['for 15 min after very many', rateLimit, 0, 5_000, 900_000],
    ['until the time given with a 429', { ...rateLimit, retryAt: NOW.at + 7_000 }, 0, 9, 7_000],
    ['until the time given with a 503', { ...outage, retryAt: NOW.at + 7_000 }, 0, 0, 7_000],
    ['for no time where the time given has passed', { ...rateLimit, retryAt: NOW.at - 1 }, 0, 1, 0],
    ['however long that is', { ...rateLimit, retryAt: NOW.at + 1e12 }, 0, 1, 1e12],
    ['never after an outage', outage, 0, 0, undefined],
    [
      'never after an unusable answer',
      { code: 'invalid_token_response', endpointStatus: 200 },
      0,
      0,
      undefined,
    ],
  ])('%s', (_, details, random, inARow, expectedMs) => {
    const error = new ClientCredentialsError('No.', details);

    const latch = failureLatch(error, inARow, NOW, random);

    expect(latch).toEqual(expectedMs === undefined ? undefined : { since: NOW, forMs: expectedMs, error });
  });

  it('is spread only where no time was given', () => {
    const error = new ClientCredentialsError('No.', { ...rateLimit, retryAt: NOW.at + 1_000 });

    expect(failureLatch(error, 1, NOW, 1)).toEqual(failureLatch(error, 1, NOW, NO_JITTER));
  });
});
