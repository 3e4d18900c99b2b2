// Declares the names that samples use without an import: the reader's own values and the globals of a test runner.
// Names of packages are not declared here; a sample imports them, from samples-modules.d.ts if a package is not installed.
import type * as jest from '@jest/globals';
import type { MiddlewareConsumer, Type } from '@nestjs/common';
import type { AxiosInstance } from 'axios';
import type { Application } from 'express';
import type { TokenClient } from 'nestjs-client-credentials';
import type { ProviderConfig, TokenManager, TokenStore } from 'nestjs-client-credentials/core';

declare global {
  const clientId: string;
  const clientSecret: string;
  const tokenUrl: string;
  const billing: ProviderConfig;
  const providers: Record<string, ProviderConfig>;

  const tokens: TokenManager;
  const client: TokenClient;
  const api: AxiosInstance;
  const body: object;

  const app: Application;
  const consumer: MiddlewareConsumer;
  const AppModule: Type;
  const MyStore: new () => TokenStore;

  const accounts: { find(tenant: string): Promise<{ clientId: string; clientSecret: string } | undefined> };
  const job: { tenant: string; document: string };
  const archive: (document: string) => Promise<void>;
  const logger: { warn(message: string): void };
  const isOperator: (request: object) => boolean;
  const metrics: { count(name: string, labels: Record<string, string>): void };

  const describe: typeof jest.describe;
  const it: typeof jest.it;
  const expect: typeof jest.expect;
}
