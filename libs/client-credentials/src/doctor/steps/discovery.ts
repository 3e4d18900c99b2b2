import { ClientCredentialsError } from '../../base/errors.js';
import type { ProviderConfig } from '../../config/options.js';
import { metadataUrlsOf } from '../../oauth/server/metadata.js';
import type { ObservedRequest } from '../observed-requests.js';
import { stepOf, type Step } from '../step.js';
import { codesOf, messageOf } from './token.js';

/**
 * The step of the issuer's metadata, by the requests that were sent; `undefined` if none of them asked for metadata.
 *
 * @param failure - the error of the token request, if it failed
 */
export function discoveryStep(
  { tokenUrl, issuer }: ProviderConfig,
  requests: readonly ObservedRequest[],
  failure: unknown,
): Step | undefined {
  if (tokenUrl !== undefined || issuer === undefined) return undefined;
  const places = new Set(metadataUrlsOf(new URL(issuer)));
  const metadata = requests.findLast(({ url }) => places.has(url));
  if (metadata === undefined) return undefined;
  const token = requests.find(({ url }) => !places.has(url));
  const isReadingFailure = failure instanceof ClientCredentialsError && isOfMetadata(failure, metadata);
  if (token === undefined && isReadingFailure)
    return stepOf('discovery', 'failed', messageOf(failure), codesOf(failure));
  const details = { durationMs: Math.round(metadata.durationMs), tokenUrl: token?.url };
  const where = token === undefined ? 'metadata read' : `the token endpoint is ${token.url}`;
  return stepOf('discovery', 'ok', `${where}, ${details.durationMs} ms`, details);
}

/** Whether the metadata failed, and not what comes after them: the parameters, or the client authentication. */
function isOfMetadata(
  { code, endpointStatus }: ClientCredentialsError,
  { status }: ObservedRequest,
): boolean {
  return code === 'invalid_configuration' || status !== 200 || endpointStatus !== undefined;
}
