import axios from 'axios';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { authorizeAxios, ClientCredentialsError, type TokenSource } from 'nestjs-client-credentials/core';
import { tenantContext, tokenRelay } from 'nestjs-client-credentials/express';
import { documentsOf } from './documents.js';

/** Express application whose customers each have their own account at a document provider. */
export function createApplication(source: TokenSource, apiURL: string): Express {
  const api = axios.create({ baseURL: apiURL });
  authorizeAxios(api, source);

  const application = express();
  // A real application reads the tenant from a session or a verified token, not from a plain header.
  application.use(tenantContext(({ headers }) => headers['x-tenant-id']?.toString()));

  application.get('/documents', async (_request, response) => {
    response.json(await documentsOf(api));
  });

  // A body parser before the proxy would consume the body.
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
  const isCallersFault = token.code === 'tenant_required' || token.code === 'unknown_tenant';
  const message = isCallersFault
    ? 'Send the x-tenant-id of a customer.'
    : 'The provider is unavailable. Try again later.';
  response.status(isCallersFault ? 400 : 502).json({ message });
};

/** Finds the token error: errors of the relay and of axios have it as their cause. */
function tokenErrorOf(error: unknown): ClientCredentialsError | undefined {
  for (let each = error; each instanceof Error; each = each.cause)
    if (each instanceof ClientCredentialsError) return each;
  return undefined;
}
