import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { ClientCredentialsError, TokenClients, TokenManager } from 'nestjs-client-credentials';
import { startAuthorizationServer } from 'nestjs-client-credentials/testing';
import { AppModule } from './app.module';

async function main(): Promise<void> {
  const server = await startAuthorizationServer();
  const application = await NestFactory.create(AppModule.withBilling(server.providerConfig), {
    logger: ['error', 'warn'],
  });
  await application.listen(0, '127.0.0.1');

  const address = await application.getUrl();
  const billing = application.get(TokenManager).source('billing');
  const health: unknown[] = [];
  const checkHealth = async (): Promise<void> => {
    const response = await fetch(`${address}/health`);
    const { details } = (await response.json()) as { details: { tokens: { billing: { state: string } } } };
    health.push(response.status, details.tokens.billing.state);
  };
  server.failNext(1, { status: 400, body: { error: 'invalid_scope' } });
  await billing.getToken().catch(() => undefined);
  await checkHealth();
  billing.reset();

  const paths: string[] = [];
  for (const id of ['1', '2', '3', '4', '5']) {
    const response = await fetch(`${address}/invoices/${id}`);
    const { path } = (await response.json()) as { path: string };
    paths.push(path);
  }

  await checkHealth();

  let codeOfUnknown: string | undefined;
  try {
    application.get(TokenClients).get('nobody');
  } catch (error) {
    if (error instanceof ClientCredentialsError) codeOfUnknown = error.code;
  }

  const seen = {
    moduleUrl: require.resolve('nestjs-client-credentials'),
    providers: application.get(TokenManager).providers,
    paths,
    health,
    codeOfUnknown,
    tokenRequests: server.tokenRequests.length,
    apiRequests: server.apiRequests.length,
    tokensShown: new Set(server.apiRequests.map(({ token }) => token)).size,
  };
  await application.close();
  await server.close();
  console.log(JSON.stringify(seen));
}

void main();
