import { invalidConfiguration } from '../base/errors.js';
import type { ProviderConfig } from '../config/options.js';
import { preset, type PresetOptions } from './preset.js';

const NAME = 'resistantDocuments';

/** One authorization server per stage and cell. A token of one cell is refused by another. */
const AUTHORIZATION_SERVERS: Record<'prod' | 'test', Record<string, string>> = {
  prod: {
    'eu-1': 'aus2un1hkrKhPjir4417',
    'us-1': 'aus3tzuy12e5blAJi417',
    'ca-1': 'ausd6inbxjwgeJfq4417',
    'ap-2': 'aus827qzu1l953dI4417',
    'ap-3': 'ausp40dse1Q0rzDq6417',
  },
  test: { 'eu-1': 'aus17c52xbW6c0yA9417' },
};

/** The options of {@link resistantDocuments}. */
export interface ResistantDocumentsOptions extends PresetOptions {
  stage: 'prod' | 'test';
  /** The test stage has `eu-1` only. */
  cell: 'eu-1' | 'us-1' | 'ca-1' | 'ap-2' | 'ap-3';
}

/**
 * Fraud analysis of documents at Resistant AI: Basic credentials, a form with scopes, tokens of 15 minutes to an hour. Token endpoint and
 * API base always belong to the same cell. The API base of the test stage is not documented: give `api.baseURL`.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` for an unknown stage or cell; it lists the known ones
 * @example
 * ```ts
 * resistantDocuments({ stage: 'prod', cell: 'eu-1', clientId, clientSecret });
 * ```
 */
export function resistantDocuments(options: ResistantDocumentsOptions): ProviderConfig {
  const { stage, cell, ...rest } = options;
  const server = authorizationServer(stage, cell);
  const documentedBase =
    cell === 'eu-1' ? 'https://api.documents.resistant.ai' : `https://api.${cell}.documents.resistant.ai`;
  const baseURL = rest.api?.baseURL ?? (stage === 'prod' ? documentedBase : undefined);
  if (baseURL === undefined) {
    throw invalidConfiguration(
      [`api.baseURL: is needed for stage 'test', whose API base is not documented`],
      NAME,
    );
  }
  return preset(
    {
      tokenUrl: `https://eu.id.resistant.ai/oauth2/${server}/v1/token`,
      clientAuthentication: 'client_secret_basic',
      scope: ['submissions.read', 'submissions.write'],
      api: { baseURL },
      // Its documentation joins id and secret as they are.
      dialect: { basicCredentials: 'raw' },
    },
    rest,
  );
}

function authorizationServer(stage: string, cell: string): string {
  const cells = lookUp(AUTHORIZATION_SERVERS, 'stage', stage);
  return lookUp(cells, 'cell', cell);
}

function lookUp<T>(table: Readonly<Record<string, T>>, what: string, key: string): T {
  const found = Object.hasOwn(table, key) ? table[key] : undefined;
  if (found !== undefined) return found;
  throw invalidConfiguration(
    [`${what}: "${key}" is not known; known are ${Object.keys(table).join(', ')}`],
    NAME,
  );
}
