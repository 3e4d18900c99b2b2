import type { Provider } from '../config/resolve.js';
import { mergeRequests } from '../config/token-request.js';
import type { Attachment, AttachmentRules } from '../token/attachment.js';

/** What a provider's configuration says of calls to its API; who the client is adds what its tokens are bound to. */
export function apiRulesOf(
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
    isHeaderOnly: isPlain(provider, proofSigner),
    proofSigner,
    agentOf,
    isRefusal: config.reacquire?.on ?? (({ status }): boolean => status === 401),
    requestFor: (call, wishes) => {
      const chosen = config.tokenFor?.(call());
      return chosen === undefined ? wishes : mergeRequests(chosen, wishes);
    },
    warnOnce,
  };
}

function isPlain({ config, dialect }: Provider, proofSigner: AttachmentRules['proofSigner']): boolean {
  const isOneHeader =
    dialect.authorization.query === undefined && Object.keys(dialect.apiHeaders).length === 0;
  const isBound = proofSigner !== undefined || config.certificate !== undefined;
  const isChosenByCall = config.tokenFor !== undefined || config.reacquire?.on !== undefined;
  return isOneHeader && !isBound && !isChosenByCall && dialect.response.apiBaseURL === undefined;
}

/** The rules of a provider with tenants, for as long as it is open which tenant a call is for: nothing can be said of any token. */
export function apiOfNoTenant(provider: Provider, warnOnce: AttachmentRules['warnOnce']): Attachment {
  return {
    ...apiRulesOf(provider, warnOnce, { proofSigner: undefined, agentOf: () => undefined }),
    isTenantKnown: false,
    refuse: () => 'too-young',
    noteAccepted: () => undefined,
    noteReplay: () => undefined,
  };
}
