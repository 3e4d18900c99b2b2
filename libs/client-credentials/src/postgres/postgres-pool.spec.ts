import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { runStatement } from './postgres-pool.js';

const failure = (code: string): Error => Object.assign(new Error(code), { code });

/** A pool whose first statements fail so many times. */
function poolThatFails(times: number, code: string) {
  const query = jest.fn(async (_text: string, _values?: unknown[]) => {
    if (query.mock.calls.length <= times) throw failure(code);
    return { rows: [{ count: 1 }] };
  });
  return { query };
}

describe('a statement', () => {
  beforeEach(() => {
    // No pause before a statement is run again.
    jest.spyOn(Math, 'random').mockReturnValue(0);
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  it.each(['40001', '40P01'])(
    'that fails by others (%s) is run again, however many they are',
    async (code) => {
      const pool = poolThatFails(99, code);

      await expect(runStatement(pool, 'SELECT $1', ['x'])).resolves.toEqual([{ count: 1 }]);

      expect(pool.query).toHaveBeenCalledTimes(100);
      expect(pool.query).toHaveBeenLastCalledWith('SELECT $1', ['x']);
    },
  );

  it('is given up after 100 attempts', async () => {
    const pool = poolThatFails(Number.POSITIVE_INFINITY, '40001');

    await expect(runStatement(pool, 'SELECT 1', [])).rejects.toMatchObject({ code: '40001' });

    expect(pool.query).toHaveBeenCalledTimes(100);
  });

  it('that fails for another reason is run once', async () => {
    const pool = poolThatFails(1, '42P01');

    await expect(runStatement(pool, 'SELECT 1', [])).rejects.toMatchObject({ code: '42P01' });

    expect(pool.query).toHaveBeenCalledTimes(1);
  });
});
