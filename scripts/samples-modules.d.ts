// Declares packages that samples import and that are not installed here, with as much of them as the samples use.
declare module '@nestjs/config' {
  import type { DynamicModule } from '@nestjs/common';

  export class ConfigModule {
    static forRoot(options?: { isGlobal?: boolean; envFilePath?: string }): Promise<DynamicModule>;
  }

  export class ConfigService {
    get<T = string>(name: string): T | undefined;
    getOrThrow<T = string>(name: string): T;
  }
}

declare module '@ory/client' {
  import type { AxiosInstance, AxiosResponse } from 'axios';

  export class Configuration {
    constructor(options?: { basePath?: string });
  }

  export class IdentityApi {
    constructor(configuration?: Configuration, basePath?: string, axios?: AxiosInstance);
    getIdentity(parameters: { id: string }): Promise<AxiosResponse<{ id: string }>>;
  }
}

declare module '@ory/client-fetch' {
  type FetchAPI = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>;

  export class Configuration {
    constructor(options?: { basePath?: string; fetchApi?: FetchAPI });
  }

  export class IdentityApi {
    constructor(configuration?: Configuration);
    getIdentity(parameters: { id: string }): Promise<{ id: string }>;
  }
}

declare module 'graphql-request' {
  export class GraphQLClient {
    constructor(url: string, options?: { fetch?: typeof fetch });
    request<T>(document: string, variables?: object): Promise<T>;
  }
}

declare module '@apollo/client' {
  export interface DocumentNode {
    readonly kind: 'Document';
  }

  export function gql(document: string): DocumentNode;

  export class HttpLink {
    constructor(options: { uri: string; fetch?: typeof fetch });
  }

  export class InMemoryCache {}

  export class ApolloClient {
    constructor(options: { link: HttpLink; cache: InMemoryCache });
    query(options: { query: DocumentNode; variables?: object }): Promise<{ data?: unknown }>;
  }
}

declare module '@urql/core' {
  export interface OperationResult {
    data?: unknown;
    error?: Error & { networkError?: Error };
  }

  export const fetchExchange: { readonly exchange: 'fetch' };

  export class Client {
    constructor(options: {
      url: string;
      exchanges: (typeof fetchExchange)[];
      fetch?: typeof fetch;
      preferGetMethod?: boolean;
    });
    query(query: string, variables: object): PromiseLike<OperationResult>;
  }
}

declare module '@grpc/grpc-js' {
  export interface ChannelCredentials {
    readonly isOf: 'channel';
  }

  export interface CallCredentials {
    readonly isOf: 'call';
  }

  export class Metadata {
    set(key: string, value: string): void;
  }

  export interface ServiceError extends Error {
    code: number;
    details: string;
  }

  type MetadataCallback = (error: Error | null, metadata?: Metadata) => void;

  export const credentials: {
    createFromMetadataGenerator(
      generator: (parameters: { service_url: string }, callback: MetadataCallback) => void,
    ): CallCredentials;
    createSsl(rootCertificates?: Buffer | null): ChannelCredentials;
    combineChannelCredentials(channel: ChannelCredentials, ...calls: CallCredentials[]): ChannelCredentials;
  };
  export const status: { readonly UNAUTHENTICATED: 16; readonly UNAVAILABLE: 14 };
}

declare module '@google-cloud/functions-framework' {
  import type { Request, Response } from 'express';

  export function http(name: string, handler: (request: Request, response: Response) => unknown): void;
}

declare module 'nestjs-pino' {
  import type { DynamicModule, LoggerService } from '@nestjs/common';

  export class LoggerModule {
    static forRoot(options?: { pinoHttp?: { level?: string } }): DynamicModule;
  }

  export interface Logger extends LoggerService {}
  export class Logger {}

  export class PinoLogger {
    warn(fields: object, message: string): void;
    debug(fields: object, message: string): void;
  }

  export function InjectPinoLogger(context: string): ParameterDecorator;
}

declare module 'nestjs-cls' {
  import type { DynamicModule } from '@nestjs/common';

  export class ClsService {
    get<T>(key: string): T;
    set(key: string, value: unknown): void;
  }

  export class ClsModule {
    static forRoot(options: {
      global?: boolean;
      middleware?: { mount?: boolean; setup?: (cls: ClsService, request: any) => void };
    }): DynamicModule;
  }
}

declare module '@opentelemetry/sdk-node' {
  export class NodeSDK {
    constructor(options: { serviceName?: string; traceExporter?: object; instrumentations?: object[] });
    start(): void;
  }
}

declare module '@opentelemetry/exporter-trace-otlp-http' {
  export class OTLPTraceExporter {
    constructor(options?: { url?: string });
  }
}

declare module 'prom-client' {
  export const register: { removeSingleMetric(name: string): void };

  interface MetricOptions {
    name: string;
    help: string;
    labelNames?: string[];
  }

  export class Counter {
    constructor(options: MetricOptions);
    inc(labels: Record<string, string>): void;
  }

  export class Gauge {
    constructor(options: MetricOptions & { collect?: (this: Gauge) => void });
    set(labels: Record<string, string>, value: number): void;
    reset(): void;
  }
}
