import {
  aFunction,
  filledText,
  headers,
  oneOf,
  optional,
  optionsOf,
  orFunction,
  text,
  unless,
  type Check,
  type ChecksOf,
} from './checks.js';
import {
  STANDARD_PARAMETERS,
  type AuthorizationDialect,
  type Dialect,
  type ResponseDialect,
} from './dialect.js';

const response = {
  accessToken: optional(text),
  accessTokenHeader: optional(filledText),
  expiresIn: optional(filledText),
  expiresUnit: optional(
    orFunction(oneOf('seconds', 'milliseconds', 'epoch-seconds', 'epoch-milliseconds', 'iso-8601')),
  ),
  tokenType: optional(filledText),
  scope: optional(filledText),
  apiBaseURL: optional(filledText),
  error: optional(filledText),
  errorDescription: optional(filledText),
  isError: optional(aFunction),
} satisfies ChecksOf<ResponseDialect>;

const authorization = {
  header: optional(filledText),
  scheme: optional(text),
  query: optional(filledText),
  format: optional(aFunction),
} satisfies ChecksOf<AuthorizationDialect>;

const parameterNames = Object.fromEntries(
  STANDARD_PARAMETERS.map((name) => [name, optional(unless((value) => value === null, filledText))]),
);

const options = {
  method: optional(oneOf('POST', 'GET')),
  requestEncoding: optional(oneOf('form', 'json', 'query')),
  grantType: optional(unless((value) => value === null, filledText)),
  parameterNames: optional(optionsOf(parameterNames, { message: 'must be an object of parameter names' })),
  scopeSeparator: optional(filledText),
  basicCredentials: optional(oneOf('form-encoded', 'raw')),
  basicScheme: optional(filledText),
  headers: optional(headers),
  response: optional(optionsOf(response)),
  authorization: optional(optionsOf(authorization)),
  apiHeaders: optional(headers),
} satisfies ChecksOf<Dialect>;

export const dialectSchema: Check = optionsOf(options);
