import { expect } from '@jest/globals';
import type { SandboxProvider } from '../sandbox-provider.js';
import type { Change, ProviderCase } from './provider-case.js';

export const formHeaders = { 'content-type': 'application/x-www-form-urlencoded' };
export const jsonHeaders = { 'content-type': 'application/json' };

export function encodeForm(parameters: Record<string, string>): string {
  return new URLSearchParams(parameters).toString();
}

export function basic({ client }: SandboxProvider): string {
  return `Basic ${Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64')}`;
}

export function bodyCredentials({ client }: SandboxProvider): Record<string, string> {
  return { client_id: client.clientId, client_secret: client.clientSecret };
}

export function without(record: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
}

export function changeHeader(name: string, value: string): Change {
  return ({ headers }) => ({ headers: { ...headers, [name]: value } });
}

export function dropHeader(name: string): Change {
  return ({ headers }) => ({ headers: without(headers, name) });
}

export function change(name: string, value: string): Change {
  return ({ parameters }) => ({ parameters: { ...parameters, [name]: value } });
}

export function drop(name: string): Change {
  return ({ parameters }) => ({ parameters: without(parameters, name) });
}

export const addBasic: Change = ({ headers }, provider) => ({
  headers: { ...headers, authorization: basic(provider) },
});
export const addQuery: Change = ({ path }) => ({ path: `${path}?grant_type=client_credentials` });
export const asPut: Change = () => ({ method: 'PUT' });
export const asJson: Change = ({ headers }) => ({
  headers: { ...headers, ...jsonHeaders },
  encode: (parameters) => JSON.stringify(parameters),
});
const asForm: Change = ({ headers }) => ({
  headers: { ...headers, ...formHeaders },
  encode: encodeForm,
});
export const rawSecret: Change = (_, { client }) => ({
  encode: (parameters) =>
    `${encodeForm(without(parameters, 'client_secret'))}&client_secret=${client.clientSecret}`,
});
export const twice: Change = ({ encode }) => ({
  encode: (parameters) => `${encode(parameters)}&${encode(parameters)}`,
});

/** Error body in the form of RFC 6749 §5.2. */
export function oauthError(error: string): unknown {
  return { error, error_description: expect.any(String) };
}

/** Body of an API's 401 in the form of RFC 6750 §3.1. */
export function invalidToken(message: RegExp): unknown {
  return { error: 'invalid_token', error_description: expect.stringMatching(message) };
}

/** Faults that every provider with JSON requests and an audience refuses. */
export const refusedByJsonProviders: ProviderCase['refused'] = [
  ['a form instead of JSON', asForm, 400, oauthError('invalid_request')],
  [
    'JSON labelled as a form',
    changeHeader('content-type', formHeaders['content-type']),
    400,
    oauthError('invalid_request'),
  ],
  ['no grant type', drop('grant_type'), 400, oauthError('invalid_request')],
  ['another grant type', change('grant_type', 'password'), 400, oauthError('unsupported_grant_type')],
  ['no audience', drop('audience'), 400, oauthError('invalid_request')],
  ['no client id', drop('client_id'), 400, oauthError('invalid_request')],
  ['a scope', change('scope', 'read'), 400, oauthError('invalid_request')],
  ['a wrong secret', change('client_secret', 'wrong'), 401, oauthError('invalid_client')],
  ['credentials in the header as well', addBasic, 400, oauthError('invalid_request')],
  ['parameters in the query', addQuery, 400, oauthError('invalid_request')],
  ['another method', asPut, 400, oauthError('invalid_request')],
];
