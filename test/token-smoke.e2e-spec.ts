import { expect, it } from '@jest/globals';
import { TokenManager } from 'nestjs-client-credentials/core';
import { startAuthorizationServer } from 'nestjs-client-credentials/testing';

it('acquires a token once for many', async () => {
  await using server = await startAuthorizationServer();
  const tokens = new TokenManager({ providers: { p: server.providerConfig } });
  const all = await Promise.all(Array.from({ length: 1000 }, () => tokens.source('p').getToken()));
  expect(new Set(all.map((t) => t.value)).size).toBe(1);
  expect(server.tokenRequests).toHaveLength(1);
  console.log(tokens.snapshot(), all[0], String(all[0]), JSON.stringify(all[0]));
  await tokens.close();
  await expect(tokens.source('p').getToken()).rejects.toMatchObject({ code: 'closed' });
});
