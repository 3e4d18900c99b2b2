import { z } from 'zod';
import { aFunction, filledText, headers, oneOf, optionsOf, text, type ChecksOf } from './checks.js';
import {
  STANDARD_PARAMETERS,
  type AuthorizationDialect,
  type Dialect,
  type ResponseDialect,
} from './dialect.js';

const response = {
  accessToken: text.optional(),
  expiresIn: filledText.optional(),
  expiresUnit: oneOf('seconds', 'milliseconds', 'epoch-seconds', 'epoch-milliseconds', 'iso-8601').optional(),
  tokenType: filledText.optional(),
  scope: filledText.optional(),
  apiBaseURL: filledText.optional(),
  error: filledText.optional(),
  errorDescription: filledText.optional(),
  isError: aFunction.optional(),
} satisfies ChecksOf<ResponseDialect>;

const authorization = {
  header: filledText.optional(),
  scheme: text.optional(),
  query: filledText.optional(),
  format: aFunction.optional(),
} satisfies ChecksOf<AuthorizationDialect>;

const parameterNames = Object.fromEntries(
  STANDARD_PARAMETERS.map((name) => [name, filledText.nullable().optional()]),
);

const options = {
  method: oneOf('POST', 'GET').optional(),
  requestEncoding: oneOf('form', 'json', 'query').optional(),
  grantType: filledText.nullable().optional(),
  parameterNames: optionsOf(parameterNames, { message: 'must be an object of parameter names' }).optional(),
  scopeSeparator: filledText.optional(),
  basicCredentials: oneOf('form-encoded', 'raw').optional(),
  basicScheme: filledText.optional(),
  headers: headers.optional(),
  response: optionsOf(response).optional(),
  authorization: optionsOf(authorization).optional(),
  apiHeaders: headers.optional(),
} satisfies ChecksOf<Dialect>;

export const dialectSchema: z.ZodType = optionsOf(options);
