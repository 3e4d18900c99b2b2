import { describe, expect, it } from '@jest/globals';
import { numberOf, ratioText, tableOf } from './table.mjs';

describe('a table', () => {
  it('is padded Markdown with right-aligned figures', () => {
    const table = tableOf(
      ['', 'ns'],
      [
        ['ours', 1_250],
        ['a peer', 9],
      ],
    );

    expect(table.split('\n')).toEqual([
      '|        |   ns |',
      '| ------ | ---: |',
      '| ours   | 1250 |',
      '| a peer |    9 |',
    ]);
  });
});

describe('a number', () => {
  it.each([
    [1_234.5, '1,235'],
    [0.012345, '0.0123'],
    [12.345, '12.3'],
    [0, '0'],
    [undefined, '—'],
    [Number.NaN, '—'],
  ])('%p is written %s', (value, text) => {
    expect(numberOf(value)).toBe(text);
  });
});

describe('a ratio', () => {
  it('is shown with its quartiles', () => {
    expect(ratioText({ median: 1.031, quartiles: [1.02, 1.0449], rounds: 9 })).toBe('1.03 (1.02–1.04)');
  });

  it('is shown alone for one round', () => {
    expect(ratioText({ median: 38.51, quartiles: [38.51, 38.51], rounds: 1 })).toBe('38.5');
  });

  it('is a dash if it is missing', () => {
    expect(ratioText(undefined)).toBe('—');
  });
});
