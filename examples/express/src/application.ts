import axios from 'axios';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { authorizeAxios, ClientCredentialsError, type TokenSource } from 'nestjs-client-credentials/core';
import { tenantContext, tokenRelay } from 'nestjs-client-credentials/express';
import { documentsOf } from './documents.js';

/** An application whose customers each have an account at a provider of documents. */
export function createApplication(source: TokenSource, apiURL: string): Express {
  const api = axios.create({ baseURL: apiURL });
  authorizeAxios(api, source);

  const application = express();
  // In earnest the tenant comes from what the caller has proved: a session, or a verified token.
  application.use(tenantContext(({ headers }) => headers['x-tenant-id']?.toString()));

  application.get('/documents', async (_request, response) => {
    response.json(await documentsOf(api));
  });

  // No body parser may come before a proxy: it would take the body away.
  const relay = tokenRelay(source, { replaceAuthorization: true });
  const proxy = createProxyMiddleware({
    target: apiURL,
    changeOrigin: true,
    on: { proxyRes: relay.onResponse },
  });
  application.use('/gateway', relay, proxy);

  application.use(answerErrors);
  return application;
}

const answerErrors: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  const token = tokenErrorOf(error);
  if (token === undefined) return next(error);
  const isTheirs = token.code === 'tenant_required' || token.code === 'unknown_tenant';
  const message = isTheirs ? 'Send the x-tenant-id of a customer.' : 'The provider cannot be asked just now.';
  response.status(isTheirs ? 400 : 502).json({ message });
};

/** The relay's errors have the token's as their cause, and so have those of axios. */
function tokenErrorOf(error: unknown): ClientCredentialsError | undefined {
  for (let each = error; each instanceof Error; each = each.cause)
    if (each instanceof ClientCredentialsError) return each;
  return undefined;
}
