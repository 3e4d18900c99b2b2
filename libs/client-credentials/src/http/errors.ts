import { ClientCredentialsError } from '../base/errors.js';
import { TUNNEL_ADVICE } from '../base/clear-proxy.js';
import type { Attachment } from '../token/attachment.js';

/** The error of a call whose HTTP client cannot present the certificate that the token is bound to. */
export function certificateProblem(
  provider: string,
  advice = 'give authorizeFetch a fetch that presents the certificate',
): ClientCredentialsError {
  return new ClientCredentialsError(
    `The token of "${provider}" goes with a client certificate, which this call would not present. Use axios with its http adapter, or ${advice}.`,
    { code: 'invalid_configuration', provider },
  );
}

/** The error of an https call that axios would hand to a proxy in the clear, with the token. */
export function clearProxyProblem(provider: string): ClientCredentialsError {
  return new ClientCredentialsError(
    `The call was not sent: this version of axios hands https calls to a proxy in the clear, with the token of "${provider}". ${TUNNEL_ADVICE}`,
    { code: 'invalid_configuration', provider },
  );
}

/** The error of an address with user info, which would be sent as Basic credentials in the place of the token. */
export function userInfoProblem(provider: string): ClientCredentialsError {
  return new ClientCredentialsError(
    'The address of the call holds a user name or a password, which would take the place of the token. Remove them, or send the call with clientCredentials: false.',
    { code: 'invalid_configuration', provider },
  );
}

/** Warns once that no origin may get the provider's token. */
export function warnOfNoOrigin({ warnOnce, provider }: Pick<Attachment, 'warnOnce' | 'provider'>): void {
  warnOnce(
    'no-origin',
    `No call of "${provider}" gets a token, since no origin is allowed to have it. Set api.baseURL or allowedOrigins to an https address, or http on loopback.`,
  );
}
