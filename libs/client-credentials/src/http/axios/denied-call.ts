import type { AxiosResponse } from 'axios';
import { asObject } from '../../base/objects.js';
import { isAuthorizationRefusal } from '../final-responses.js';
import { TokenRefused, withheld } from '../refusal-reasons.js';
import type { CallRules } from './rules.js';
import { attachReason, isAxiosError } from './sanitize.js';

/** A call that went without the token because of its origin: if it is refused, the operator is warned once and the caller gets the reason. */
export async function sendDenied(
  sent: Promise<AxiosResponse>,
  { attachment, allowed }: CallRules,
  url: URL | undefined,
): Promise<AxiosResponse> {
  const explain = (shown: object, status: number | undefined): void => {
    if (url === undefined || status === undefined || !isAuthorizationRefusal(status)) return;
    const message = withheld(attachment.provider, url.origin, allowed);
    // Where no origin is allowed there is a warning about that.
    if (allowed.size > 0) attachment.warnOnce(`elsewhere ${url.origin}`, message);
    const { cause } = asObject(shown);
    // Some versions of axios give an error a copy of itself as its cause.
    if (cause === undefined || isAxiosError(cause)) attachReason(shown, new TokenRefused(message));
  };
  try {
    const response = await sent;
    explain(response, response.status);
    return response;
  } catch (error) {
    if (isAxiosError(error)) explain(error, error.response?.status);
    throw error;
  }
}
