import type { ResistantDocumentsOptions } from 'nestjs-client-credentials/providers';
import type { OwnRedis } from '../backend/own-redis.js';
import { providerNames } from './providers.js';
import type { ProviderName } from './providers.js';
import type { TenantName } from './tenants.js';

const resistantStages = ['prod', 'test'] as const;
const resistantCells = {
  prod: ['eu-1', 'us-1', 'ca-1', 'ap-2', 'ap-3'],
  test: ['eu-1'],
} as const;
const fuuffyEnvironments = ['production', 'testing'] as const;

type ResistantLocation = Pick<ResistantDocumentsOptions, 'stage' | 'cell'>;

export interface Credentials {
  clientId: string;
  clientSecret: string;
}

/** Credentials and options for the real providers. */
export interface ProviderAccess {
  credentials: Record<ProviderName, Credentials>;
  /** Tenants with an account at Signeasy. */
  tenants: Partial<Record<TenantName, Credentials>>;
  resistantLocation: ResistantLocation;
  /** Base URL of the API if it is not the documented one. The URL of the test stage is not public. */
  resistantApiURL: string | undefined;
  fuuffyEnvironment: (typeof fuuffyEnvironments)[number];
}

/** The Redis in which several desks share tokens. */
interface SharedStore {
  url: string;
  /** 32 bytes in base64url; `undefined` stores tokens unencrypted, allowed for the sandbox only. */
  encryptionKey: string | undefined;
}

/** The desk's providers and shared store. */
export interface DeskAccess {
  /** `undefined` without any credentials: the desk uses the sandbox. */
  providers: ProviderAccess | undefined;
  /** `undefined` if the desk does not share its tokens. */
  shared: SharedStore | undefined;
  /** Redis that the desk started for itself; takes the place of `shared`. */
  ownRedis?: OwnRedis | undefined;
}

export interface DeskEnvironment {
  port: number;
  access: DeskAccess;
}

/** Error for wrong environment variables. The message lists every problem by variable name, without values. */
export class EnvironmentError extends Error {
  constructor(problems: string[]) {
    super(
      `The environment variables have problems:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
    this.name = 'EnvironmentError';
  }
}

const KEY_BYTES = 32;

type Variables = Readonly<Record<string, string | undefined>>;

const prefixes: Record<ProviderName, string> = {
  resistant: 'RESISTANT',
  smartDocumentor: 'SMARTDOCUMENTOR',
  signeasy: 'SIGNEASY',
  fuuffy: 'FUUFFY',
  fyma: 'FYMA',
};

const GLOBEX = 'SIGNEASY_GLOBEX';

/** Reads the environment. An empty variable counts as unset, so that `.env.example` can be copied unchanged. */
export function readEnvironment(variables: Variables): DeskEnvironment {
  const problems: string[] = [];
  const port = readPort(variables, problems);
  const providers = readAccess(variables, problems);
  const shared = readSharedStore(variables, problems);
  if (providers !== undefined && shared !== undefined && shared.encryptionKey === undefined) {
    problems.push('TOKEN_STORE_KEY is missing (tokens of real providers must be encrypted)');
  }
  if (problems.length > 0) throw new EnvironmentError(problems);
  return { port, access: { providers, shared } };
}

function readSharedStore(variables: Variables, problems: string[]): SharedStore | undefined {
  const url = read(variables, 'REDIS_URL');
  if (url === undefined) return undefined;
  if (!/^rediss?:\/\//.test(url)) problems.push('REDIS_URL must begin with redis:// or rediss://');
  const encryptionKey = read(variables, 'TOKEN_STORE_KEY');
  if (encryptionKey !== undefined && Buffer.from(encryptionKey, 'base64url').byteLength !== KEY_BYTES) {
    problems.push(`TOKEN_STORE_KEY must be ${KEY_BYTES} bytes in base64url`);
  }
  return { url, encryptionKey };
}

function readPort(variables: Variables, problems: string[]): number {
  const text = read(variables, 'PORT') ?? '3000';
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  problems.push('PORT must be a number from 0 to 65535');
  return 0;
}

function readAccess(variables: Variables, problems: string[]): ProviderAccess | undefined {
  const credentialNames = providerNames.flatMap((name) => [
    `${prefixes[name]}_CLIENT_ID`,
    `${prefixes[name]}_CLIENT_SECRET`,
  ]);
  const missing = credentialNames.filter((name) => read(variables, name) === undefined);
  if (missing.length === credentialNames.length) return undefined;
  // All or none: with some real and some sandbox providers, a document would be half sent.
  problems.push(...missing.map((name) => `${name} is missing (set all ten, or none for the sandbox)`));

  const credentialsOf = (name: ProviderName): Credentials => readCredentials(variables, prefixes[name]);
  const globex = readGlobex(variables, problems);
  const resistantLocation = readResistantLocation(variables, problems);
  const resistantApiURL = read(variables, 'RESISTANT_API_URL');
  if (resistantLocation.stage === 'test' && resistantApiURL === undefined) {
    problems.push('RESISTANT_API_URL is missing (the URL of the test stage is not public)');
  }
  return {
    credentials: {
      resistant: credentialsOf('resistant'),
      smartDocumentor: credentialsOf('smartDocumentor'),
      signeasy: credentialsOf('signeasy'),
      fuuffy: credentialsOf('fuuffy'),
      fyma: credentialsOf('fyma'),
    },
    tenants: { acme: credentialsOf('signeasy'), ...(globex && { globex }) },
    resistantLocation,
    resistantApiURL,
    fuuffyEnvironment: readChoice(variables, 'FUUFFY_ENVIRONMENT', fuuffyEnvironments, problems),
  };
}

function readCredentials(variables: Variables, prefix: string): Credentials {
  return {
    clientId: read(variables, `${prefix}_CLIENT_ID`) ?? '',
    clientSecret: read(variables, `${prefix}_CLIENT_SECRET`) ?? '',
  };
}

/** Credentials of the optional second tenant. */
function readGlobex(variables: Variables, problems: string[]): Credentials | undefined {
  const { clientId, clientSecret } = readCredentials(variables, GLOBEX);
  if (clientId === '' && clientSecret === '') return undefined;
  if (clientId === '') problems.push(`${GLOBEX}_CLIENT_ID is missing (its secret is set)`);
  if (clientSecret === '') problems.push(`${GLOBEX}_CLIENT_SECRET is missing (its id is set)`);
  return { clientId, clientSecret };
}

function readResistantLocation(variables: Variables, problems: string[]): ResistantLocation {
  const stage = readChoice(variables, 'RESISTANT_STAGE', resistantStages, problems);
  return stage === 'prod'
    ? { stage, cell: readChoice(variables, 'RESISTANT_CELL', resistantCells.prod, problems) }
    : { stage, cell: readChoice(variables, 'RESISTANT_CELL', resistantCells.test, problems) };
}

/** Reads one of several choices; the first is the default. */
function readChoice<T extends string>(
  variables: Variables,
  name: string,
  choices: readonly [T, ...T[]],
  problems: string[],
): T {
  const text = read(variables, name);
  if (text === undefined) return choices[0];
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) problems.push(`${name} must be one of ${choices.join(', ')}`);
  return choice ?? choices[0];
}

function read(variables: Variables, name: string): string | undefined {
  const value = variables[name]?.trim();
  return value === '' ? undefined : value;
}
