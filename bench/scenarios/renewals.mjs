import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../figures/percentile.mjs';
import { epochMs } from '../racing/timing.mjs';

const LIFETIME_SECONDS = 2;
const TOKEN_DELAY_MS = 50;
const API_DELAY_MS = 10;
const CALLS_PER_SECOND = 200;
const SECONDS = 10;
/** Largest distance between a call and a token request for the call to be near a renewal. */
const NEAR_MS = 100;
/** First part of the run, left out of the times: connections are opened and code is warmed up. */
const SETTLING_MS = 1_000;

export const scenario = {
  title: 'Renewals under load',
  method:
    `Tokens of ${LIFETIME_SECONDS} s, ${CALLS_PER_SECOND} calls per second for ${SECONDS} s, without waiting for earlier calls. A token request takes ${TOKEN_DELAY_MS} ms, ` +
    `an API response ${API_DELAY_MS} ms. A call's time starts when the call is due. Near a renewal: due within ${NEAR_MS} ms of a token request. The times exclude the first second.`,
  clients: ['axios', 'fetch', 'undici'],
  needs: ['acquiring', 'renewing'],
  figures: [
    { key: 'tokenRequests', label: 'token requests' },
    { key: 'refusals', label: '401s at the API' },
    { key: 'failed', label: 'failed calls' },
    { key: 'nearMs', label: 'p99 ms near a renewal' },
    { key: 'elsewhereMs', label: 'p99 ms elsewhere' },
    { key: 'nearToElsewhere', label: 'p99 near / elsewhere', isRatio: true },
  ],
  ratios: [],
  full: { rounds: 5, peersEvery: 5 },
  short: { rounds: 1, lineup: ['nestjs-client-credentials'] },

  async prepare({ openRealm, connect }) {
    const settings = {
      lifetimeSeconds: LIFETIME_SECONDS,
      tokenDelayMs: TOKEN_DELAY_MS,
      apiDelayMs: API_DELAY_MS,
    };
    const measure = async (seconds) => {
      const realm = await openRealm(settings);
      const connection = await connect(realm, settings);
      await connection.send('/a');
      const calls = await underLoad(connection.send, seconds);
      const { tokenRequests, refusals } = await realm.report();
      // The realm stays open for a background renewal that may follow.
      await connection.close();
      return { tokenRequests: tokenRequests.length, refusals, ...figuresOf(calls, tokenRequests.slice(1)) };
    };
    await measure(1);
    return () => measure(SECONDS);
  },
};

/** Open loop: sends calls when they are due, without waiting for earlier responses. */
async function underLoad(send, seconds) {
  const everyMs = 1_000 / CALLS_PER_SECOND;
  const startedAt = epochMs();
  const calls = [];
  for (let due = startedAt; due < startedAt + seconds * 1_000; due += everyMs) {
    const waitMs = due - epochMs();
    if (waitMs > 0) await sleep(Math.ceil(waitMs));
    calls.push(timed(send, due));
  }
  return Promise.all(calls);
}

function p99(calls) {
  return percentile(
    calls.map(({ tookMs }) => tookMs),
    0.99,
  );
}

async function timed(send, dueAt) {
  let isGood = false;
  try {
    isGood = (await send('/a')).status === 200;
  } catch {
    // `isGood` stays false; figuresOf counts the failure.
  }
  return { dueAt, isGood, tookMs: epochMs() - dueAt };
}

function figuresOf(calls, renewals) {
  const isNear = ({ dueAt }) => renewals.some((at) => Math.abs(at - dueAt) <= NEAR_MS);
  const settled = calls.filter(({ dueAt }) => dueAt >= calls[0].dueAt + SETTLING_MS);
  const nearMs = p99(settled.filter(isNear));
  const elsewhereMs = p99(settled.filter((call) => !isNear(call)));
  const failed = calls.filter(({ isGood }) => !isGood).length;
  return { failed, nearMs, elsewhereMs, nearToElsewhere: nearMs / elsewhereMs };
}
