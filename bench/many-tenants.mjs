/**
 * Heap, token requests and timers of 100,000 tenants that are each used once, and ten that are used all the time.
 *
 *     npm run bench:tenants [-- number-of-tenants]
 */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { TokenManager } from 'nestjs-client-credentials/core';

const TENANTS = Number(process.argv[2] ?? 100_000);
const AT_ONCE = 32;
const HOT = 10;
const REPORTS = 10;

let tokenRequests = 0;
const server = createServer((request, response) => {
  tokenRequests += 1;
  request.resume();
  const access_token = `${'t'.repeat(200)}${tokenRequests}`;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ access_token, token_type: 'Bearer', expires_in: 3600 }));
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const tokenUrl = `http://127.0.0.1:${server.address().port}/token`;

const resolved = new Map();
const tokens = new TokenManager({
  providers: {
    desk: {
      tokenUrl,
      tenants: (tenant) => {
        if (tenant.startsWith('hot')) resolved.set(tenant, (resolved.get(tenant) ?? 0) + 1);
        return { clientId: `client-${tenant}`, clientSecret: 'secret' };
      },
    },
  },
});
const source = tokens.source('desk');

console.log('| tenants used | heap MB | rows | timers | hot tenants resolved again |');
console.log('| -----------: | ------: | ---: | -----: | -------------------------: |');
for (let report = 1, next = 0; report <= REPORTS; report += 1) {
  const until = Math.round((TENANTS * report) / REPORTS);
  const lane = async () => {
    while (next < until) {
      const tenant = next;
      next += 1;
      await source.getToken({ tenant: `tenant-${tenant}` });
      await source.getToken({ tenant: `hot-${tenant % HOT}` });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  globalThis.gc();
  const heap = (process.memoryUsage().heapUsed / 1024 / 1024).toFixed(1);
  const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const again = [...resolved.values()].reduce((sum, times) => sum + times - 1, 0);
  console.log(`| ${until} | ${heap} | ${tokens.snapshot().length} | ${timers} | ${again} |`);
}
console.log(`\n${tokenRequests} token requests for ${TENANTS + HOT} tenants.`);
await tokens.close();
server.closeAllConnections();
server.close();
