import { invalidConfiguration } from '../base/errors.js';
import type { ProviderConfig } from '../config/options.js';
import { known } from './checked-options.js';
import { preset, type PresetOptions } from './preset.js';

const NAME = 'resistantDocuments';

/** Authorization server ids by stage and cell. Each cell refuses the tokens of the others. */
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
  /** Resistant AI's production or test stage. */
  stage: 'prod' | 'test';
  /** The cell (region). The test stage has `eu-1` only. */
  cell: 'eu-1' | 'us-1' | 'ca-1' | 'ap-2' | 'ap-3';
}

/**
 * Configuration for Resistant AI Documents, a fraud analysis API.
 *
 * Credentials are sent by HTTP Basic, scopes in a form; tokens live for 15 minutes to an hour. Token endpoint and API
 * base URL belong to the same cell. The API base URL of the test stage is not documented: set `api.baseURL`.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` for an unknown stage or cell; its message lists the known ones
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
      [`api.baseURL: is required for stage 'test', whose API base URL is not documented`],
      NAME,
    );
  }
  return preset(
    {
      tokenUrl: `https://eu.id.resistant.ai/oauth2/${server}/v1/token`,
      clientAuthentication: 'client_secret_basic',
      scope: ['submissions.read', 'submissions.write'],
      api: { baseURL },
      // Resistant AI's documentation joins id and secret without form encoding.
      dialect: { basicCredentials: 'raw' },
    },
    rest,
  );
}

function authorizationServer(stage: string, cell: string): string {
  const cells = known(NAME, 'stage', AUTHORIZATION_SERVERS, stage);
  return known(NAME, 'cell', cells, cell);
}
