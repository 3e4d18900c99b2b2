import { describe, expect, it } from '@jest/globals';
import { pollUntil } from './poll.js';

const pace = { intervalMs: 1, timeoutMs: 60_000 };
const { signal } = new AbortController();

describe('polling', () => {
  it('repeats until there is a result', async () => {
    const answers = [undefined, undefined, 'outcome'];

    const outcome = await pollUntil(() => Promise.resolve(answers.shift()), pace, signal);

    expect([outcome, answers]).toEqual(['outcome', []]);
  });

  it('gives up after its time limit', async () => {
    const polling = pollUntil(() => Promise.resolve(undefined), { intervalMs: 1, timeoutMs: 5 }, signal);

    await expect(polling).rejects.toThrow(/^No result after/);
  });

  it('ends when it is aborted', async () => {
    const polling = pollUntil(
      () => Promise.resolve(undefined),
      { ...pace, intervalMs: 60_000 },
      AbortSignal.timeout(5),
    );

    await expect(polling).rejects.toThrow(/abort/i);
  });

  it('passes on an error', async () => {
    await expect(pollUntil(() => Promise.reject(new Error('gone')), pace, signal)).rejects.toThrow('gone');
  });
});
