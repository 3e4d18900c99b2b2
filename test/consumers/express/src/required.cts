import { generateKeyPairSync } from 'node:crypto';
import axios from 'axios';
import { authorizeAxios, ClientCredentialsError, TokenManager } from 'nestjs-client-credentials/core';
import { currentTenant } from 'nestjs-client-credentials/express';
import { signeasy } from 'nestjs-client-credentials/providers';
import { startAuthorizationServer } from 'nestjs-client-credentials/testing';

/** The tenant as the required copy sees it. */
export function requiredTenant(): string | undefined {
  return currentTenant();
}

/** Every entry point once more, by `require`. */
export async function callRequired(): Promise<{
  modules: string[];
  error: unknown;
  tokenRequests: number;
  assertionParts: number;
}> {
  const server = await startAuthorizationServer();
  const tokens = new TokenManager({
    providers: {
      documents: server.providerConfig,
      signeasy: signeasy({ clientId: 'client', clientSecret: 'secret' }),
    },
  });
  const api = axios.create({ baseURL: server.apiUrl });
  authorizeAxios(api, tokens.source('documents'));

  await api.get('/documents/1');
  await api.get('/documents/2');
  await tokens.close();
  await server.close();

  const error: unknown = await tokens
    .source('documents')
    .getToken()
    .catch((reason: unknown) => reason);
  if (!(error instanceof ClientCredentialsError))
    throw new Error('the manager did not say that it is closed');
  const modules = ['core', 'express', 'providers', 'testing'].map((name) =>
    require.resolve(`nestjs-client-credentials/${name}`),
  );
  return { modules, error, tokenRequests: server.tokenRequests.length, assertionParts: await signOne() };
}

/** What signs exists as an ES module only, and is loaded when it is needed. */
async function signOne(): Promise<number> {
  const server = await startAuthorizationServer({
    clientAuthentication: ({ parameters }) => parameters['client_assertion'] !== undefined,
  });
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { tokenUrl, clientId } = server.providerConfig;
  const documents = { tokenUrl, clientId, privateKey: { key: privateKey } };
  const tokens = new TokenManager({ providers: { documents } });
  await tokens.source('documents').getToken();
  await tokens.close();
  await server.close();
  return String(server.tokenRequests[0]?.parameters['client_assertion']).split('.').length;
}
