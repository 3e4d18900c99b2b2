import { afterEach, describe, expect, it } from '@jest/globals';
import { codeOf, wordsOf } from './environment.js';

const NAMES = ['DESK_PASSWORD', 'DESK_PORT', 'DESK_KEY'];

afterEach(() => {
  for (const name of NAMES) delete process.env[name];
});

describe('the words of an error of own code', () => {
  it('have no value of a variable that is named after a secret', () => {
    process.env['DESK_PASSWORD'] = 'open-sesame';
    process.env['DESK_PORT'] = '5432-public';
    process.env['DESK_KEY'] = 'short';

    const words = wordsOf(new RangeError('open-sesame at 5432-public,\nshort'));

    expect(words).toBe('RangeError: [redacted] at 5432-public, short');
  });

  it('name the kind of what was thrown, and not its text', () => {
    expect(wordsOf('open-sesame')).toBe('a string was thrown');
  });
});

describe('the code of an error', () => {
  it('is that of the system, else the name', () => {
    expect(codeOf(Object.assign(new Error('no'), { code: 'ENOENT' }))).toBe('ENOENT');
    expect(codeOf(Object.assign(new TypeError('no'), { code: 7 }))).toBe('TypeError');
    expect(codeOf('no')).toBe('string');
  });
});
