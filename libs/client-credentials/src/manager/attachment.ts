import type { Provider } from '../config/resolve.js';
import { mergeRequests } from '../config/token-request.js';
import type { AttachmentRules } from '../token/attachment.js';

/** Rules for calls to a provider's API, by its configuration and by the key or certificate of bound tokens. */
export function attachmentRulesOf(
  provider: Provider,
  warnOnce: AttachmentRules['warnOnce'],
  { proofSigner, agentOf }: Pick<AttachmentRules, 'proofSigner' | 'agentOf'>,
): AttachmentRules {
  const { config, dialect } = provider;
  const { query, header } = dialect.authorization;
  return {
    placement: query === undefined ? { header } : { query },
    headers: dialect.apiHeaders,
    allowedOrigins: config.allowedOrigins?.map((origin) => new URL(origin).origin),
    defaults: config.api ?? {},
    isBaseNamedByToken: dialect.response.apiBaseURL !== undefined,
    readsBody: config.reacquire?.on !== undefined,
    isHeaderOnly: isHeaderOnly(provider, proofSigner),
    proofSigner,
    agentOf,
    isRefusal: config.reacquire?.on ?? (({ status }): boolean => status === 401),
    requestFor:
      config.tokenFor &&
      ((call, request) => {
        const chosen = config.tokenFor?.(call());
        return chosen === undefined ? request : mergeRequests(chosen, request);
      }),
    warnOnce,
  };
}

function isHeaderOnly({ config, dialect }: Provider, proofSigner: AttachmentRules['proofSigner']): boolean {
  const isOneHeader =
    dialect.authorization.query === undefined && Object.keys(dialect.apiHeaders).length === 0;
  const isBound = proofSigner !== undefined || config.certificate !== undefined;
  const isChosenByCall = config.tokenFor !== undefined || config.reacquire?.on !== undefined;
  return isOneHeader && !isBound && !isChosenByCall && dialect.response.apiBaseURL === undefined;
}
