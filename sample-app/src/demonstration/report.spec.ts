import { describe, expect, it } from '@jest/globals';
import { costTable, stepLine } from './report.js';

describe('the report', () => {
  it('sums API calls and token requests', () => {
    const table = costTable((name) => ({ apiCalls: name === 'fyma' ? 5 : 2, tokenRequests: 1 }));

    expect(table).toMatch(/Fyma +5 +1\n/);
    expect(table).toMatch(/together +13 +5\n\n13 API calls cost 5 token requests\.$/);
  });

  it.each([
    ['done', '✓'],
    ['failed', '✗'],
  ] as const)('marks a step that is %s', (state, mark) => {
    const line = stepLine({ step: 'ship', provider: 'Fuuffy', state, message: 'as it went' });

    expect(line).toMatch(new RegExp(`^  ${mark} ship +Fuuffy +as it went$`));
  });
});
