import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { ClientCredentialsError, TokenManager } from 'nestjs-client-credentials/core';
import { runWithTenant } from 'nestjs-client-credentials/express';
import { resistantDocuments } from 'nestjs-client-credentials/providers';
import { startAuthorizationServer } from 'nestjs-client-credentials/testing';
import { documentsApplication } from './documents.js';
import { callRequired, requiredTenant } from './required.cjs';

const server = await startAuthorizationServer();
const tokens = new TokenManager({
  providers: {
    documents: server.providerConfig,
    resistant: resistantDocuments({
      stage: 'prod',
      cell: 'eu-1',
      clientId: 'client',
      clientSecret: 'secret',
    }),
  },
});
const listening = documentsApplication(tokens.source('documents'), server.apiUrl).listen(0, '127.0.0.1');
await once(listening, 'listening');

const address = `http://127.0.0.1:${String((listening.address() as AddressInfo).port)}`;
const paths: string[] = [];
for (const route of ['axios/1', 'fetch/2', 'axios/3', 'fetch/4']) {
  const response = await fetch(`${address}/${route}`);
  const { path } = (await response.json()) as { path: string };
  paths.push(path);
}

const required = await callRequired();
const { resolve } = createRequire(import.meta.url);
const seen = {
  modules: ['core', 'express', 'providers', 'testing'].map((name) =>
    import.meta.resolve(`nestjs-client-credentials/${name}`),
  ),
  requiredModules: required.modules,
  isErrorOfOtherCopyKnown: required.error instanceof ClientCredentialsError,
  tenantSeenByOtherCopy: runWithTenant('acme', requiredTenant),
  resolvable: ['@nestjs/common', '@nestjs/core', '@nestjs/axios', 'rxjs', 'reflect-metadata'].filter((name) =>
    isResolvable(name),
  ),
  paths,
  tokenRequests: server.tokenRequests.length,
  requiredTokenRequests: required.tokenRequests,
  requiredAssertionParts: required.assertionParts,
  apiRequests: server.apiRequests.length,
  tokensShown: new Set(server.apiRequests.map(({ token }) => token)).size,
};
listening.close();
await tokens.close();
await server.close();
console.log(JSON.stringify(seen));

function isResolvable(name: string): boolean {
  try {
    resolve(name);
    return true;
  } catch {
    return false;
  }
}
