import { describe, expect, it } from '@jest/globals';
import { candidatesOf } from './candidate.js';
import { UsageError } from './usage-error.js';

const DESK = { tokenUrl: 'https://id.example.com/token', clientId: 'desk', clientSecret: 's' };

describe('the providers of options', () => {
  it('are all of them, or the named one', () => {
    const options = { providers: { desk: DESK, billing: DESK } };

    expect(candidatesOf(options, undefined).map(({ name }) => name)).toEqual(['desk', 'billing']);
    expect(candidatesOf(options, 'billing').map(({ read }) => read())).toEqual([DESK]);
  });

  it.each([{ providers: {} }, { providers: [] }, { providers: 'desk' }])('are missing in %j', (options) => {
    expect(() => candidatesOf(options, undefined)).toThrow(UsageError);
    expect(() => candidatesOf(options, undefined)).toThrow('The options have no providers.');
  });

  it('all have the problem of what is around them', () => {
    const [candidate] = candidatesOf({ providers: { desk: DESK }, store: 7 }, undefined);

    expect(() => candidate?.read()).toThrow(/store/);
  });
});
