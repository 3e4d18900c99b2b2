import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TokenClients, TokenManager } from 'nestjs-client-credentials';
import { runWithTenant } from 'nestjs-client-credentials/express';
import { firstValueFrom } from 'rxjs';
import { providerNames } from '../config/providers.js';
import { startSandbox, stopSandbox } from '../sandbox/sandbox.js';
import type { Sandbox } from '../sandbox/sandbox.js';
import type { Backend } from './backend.js';
import { CallCounter } from './call-counter.js';
import { configureSandbox } from './provider-configs.js';

describe('the call counter', () => {
  let sandbox: Sandbox;
  let tokens: TokenManager;
  let clients: TokenClients;
  beforeAll(async () => {
    sandbox = await startSandbox();
    const configs = configureSandbox(sandbox);
    const fyma = { ...configs.fyma, clientSecret: 'not-the-secret' };
    tokens = new TokenManager({ providers: { ...configs, fyma } });
    clients = new TokenClients(tokens);
  });
  afterAll(async () => {
    await tokens.close();
    await stopSandbox(sandbox);
  });

  it('counts the same on the client side as the servers do, failures included', async () => {
    const observing = new CallCounter({} as Backend, tokens, clients);
    observing.onModuleInit();

    const outcomes = await runWithTenant('acme', () =>
      Promise.allSettled([
        firstValueFrom(clients.get('signeasy').get('/me')),
        firstValueFrom(clients.get('signeasy').get('/me')),
        firstValueFrom(clients.get('fuuffy').get('/order', { params: { id: 'none' } })),
        firstValueFrom(clients.get('fyma').get('/tracking-cameras')),
      ]),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected']);

    const counting = new CallCounter({ sandbox } as Backend, tokens, clients);
    const observed = providerNames.map((name) => observing.countsOf(name));
    expect(observed).toEqual(providerNames.map((name) => counting.countsOf(name)));
    expect(observing.countsOf('signeasy')).toEqual({ apiCalls: 2, tokenRequests: 1 });
    expect(observing.countsOf('fyma')).toEqual({ apiCalls: 0, tokenRequests: 1 });
  });
});
