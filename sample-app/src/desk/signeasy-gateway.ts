import { Module } from '@nestjs/common';
import type { MiddlewareConsumer, NestModule } from '@nestjs/common';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { InjectTokenClient, TokenClient } from 'nestjs-client-credentials';
import { tokenRelay } from 'nestjs-client-credentials/express';
import type { Request } from 'express';
import { Backend } from '../backend/backend.js';

const ROUTE = 'signeasy';

/** Proxies `/signeasy/*` to Signeasy's API with the token of the requesting tenant. */
@Module({})
export class SigneasyGateway implements NestModule {
  constructor(
    private readonly backend: Backend,
    @InjectTokenClient('signeasy') private readonly signeasy: TokenClient,
  ) {}

  configure(consumer: MiddlewareConsumer): void {
    const relay = tokenRelay(this.signeasy, { replaceAuthorization: true });
    const proxy = createProxyMiddleware<Request>({
      target: this.backend.signeasyBaseURL,
      changeOrigin: true,
      // Nest removes the route from the path before middleware runs.
      pathRewrite: (_, { originalUrl }) => originalUrl.replace(`/${ROUTE}`, ''),
      on: { proxyRes: relay.onResponse },
    });
    consumer.apply(relay, proxy).forRoutes(`${ROUTE}/*path`);
  }
}
