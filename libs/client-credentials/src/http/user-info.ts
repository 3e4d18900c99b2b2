import { ClientCredentialsError } from '../core/errors.js';

/** The error of an address that would send Basic credentials where the token belongs. */
export function userInfoProblem(provider: string): ClientCredentialsError {
  return new ClientCredentialsError(
    'The address of the call holds a user name or a password, which would take the place of the token. Remove them, or send the call with clientCredentials: false.',
    { code: 'invalid_configuration', provider },
  );
}
