import type { AxiosAdapter } from 'axios';
import { describe, expect, it } from '@jest/globals';
import type { ProviderConfig } from '../config/options.js';
import { askedOnce } from './asked-once.js';

const CONFIG: ProviderConfig = { tokenUrl: 'https://id.example.com', clientId: 'desk', clientSecret: 's' };
const adapter: AxiosAdapter = () => Promise.reject(new Error('not sent'));

/** A function that returns its number of calls. */
function counter<T>(result: (calls: number) => T): () => T {
  let calls = 0;
  return () => result((calls += 1));
}

describe('the options of a client that is asked once', () => {
  it('have one attempt, no replay and no budget', () => {
    const once = askedOnce(
      {
        ...CONFIG,
        issuance: { limit: 1, windowSeconds: 60 },
        tokenRequest: { attempts: 3 },
      },
      { adapter, timeoutMs: 70 },
    );

    expect(once).toMatchObject({ tokenRequest: { attempts: 1, timeoutMs: 70, axios: { adapter } } });
    expect(once.reacquire?.on?.({} as never)).toBe(false);
    expect(once).not.toHaveProperty('issuance');
  });

  it('keep the timeout of the token request unless another is given', () => {
    const own: ProviderConfig = { ...CONFIG, tokenRequest: { timeoutMs: 50 } };

    expect(askedOnce(own, { adapter, timeoutMs: undefined }).tokenRequest?.timeoutMs).toBe(50);
  });

  it('have the first of several secrets, also of a function, which is called once', async () => {
    const read = counter((calls) => [`secret-${calls}`, 'other']);

    const { clientSecret } = askedOnce({ ...CONFIG, clientSecret: read }, { adapter, timeoutMs: 1 });

    const readOnce = clientSecret as () => Promise<unknown>;
    expect(await Promise.all([readOnce(), readOnce()])).toEqual(['secret-1', 'secret-1']);
    expect(askedOnce({ ...CONFIG, clientSecret: ['a', 'b'] }, { adapter, timeoutMs: 1 }).clientSecret).toBe(
      'a',
    );
  });

  it('leave a list without a secret to the check of the options', () => {
    const none: readonly string[] = [];
    const once = askedOnce({ ...CONFIG, clientSecret: none as never }, { adapter, timeoutMs: 1 });

    expect(once.clientSecret).toBe(none);
  });

  it('call the function of a key or an assertion once', async () => {
    const config = {
      tokenUrl: 'https://id.example.com',
      clientId: 'desk',
      privateKey: counter((calls) => ({ key: `key-${calls}` })),
      clientAssertion: counter((calls) => `assertion-${calls}`),
    } as ProviderConfig;

    const once = askedOnce(config, { adapter, timeoutMs: 1 });

    const key = once.privateKey as () => Promise<unknown>;
    const assertion = once.clientAssertion as () => Promise<unknown>;
    expect([await key(), await key()]).toEqual([{ key: 'key-1' }, { key: 'key-1' }]);
    expect([await assertion(), await assertion()]).toEqual(['assertion-1', 'assertion-1']);
  });

  it('of a client without a secret have none', () => {
    const once = askedOnce(
      { tokenUrl: 'https://id.example.com', clientId: 'desk', privateKey: { key: 'key.pem' } },
      { adapter, timeoutMs: 1 },
    );

    expect(once).not.toHaveProperty('clientSecret');
    expect(once.privateKey).toEqual({ key: 'key.pem' });
  });
});
