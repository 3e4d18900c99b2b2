import { authenticationMethodOf, isAssertionMethod } from '../../config/authentication-method.js';
import { asObject } from '../../base/objects.js';
import type { ProviderConfig } from '../../config/options.js';
import { stepOf, type Step } from '../step.js';

// Assertions and proofs live for a minute; servers tolerate a few seconds more.
const NOTABLE_MS = 30_000;

/** Judges the difference between the server's clock and this machine's. What is signed has a time in it. */
export function clockStep(differenceMs: number, config: ProviderConfig): Step {
  const seconds = Math.round(Math.abs(differenceMs) / 1000);
  const details = { differenceSeconds: Math.round(differenceMs / 1000) };
  if (Math.abs(differenceMs) <= NOTABLE_MS)
    return stepOf('clock', 'ok', `within ${Math.max(seconds, 1)} s of the server’s`, details);
  const where = differenceMs > 0 ? 'behind' : 'ahead of';
  const isSigned = signsTimes(config);
  const consequence = isSigned
    ? 'the server may refuse assertions and proofs that are signed here'
    : 'it does no harm to this client, which signs nothing';
  return stepOf(
    'clock',
    isSigned ? 'failed' : 'warning',
    `this machine’s clock is ${seconds} s ${where} the server’s: ${consequence}. Set the clock (NTP).`,
    details,
  );
}

/** Whether a client signs assertions or proofs. @see RFC 7523 §3, RFC 9449 §4.2 */
function signsTimes(config: ProviderConfig): boolean {
  const hasGrantAssertion = asObject(asObject(config)['grant'])['type'] === 'jwt_bearer';
  return isAssertionMethod(authenticationMethodOf(config)) || config.dpop !== undefined || hasGrantAssertion;
}
