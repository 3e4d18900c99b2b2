import type { ApiAccess, ApiRules } from '../token/attachment.js';
import type { Provider } from '../config/resolve.js';
import { mergeRequests } from '../token/token-source.js';

/** What a provider's configuration says of calls to its API; who the client is adds what its tokens are bound to. */
export function apiRulesOf(
  provider: Provider,
  warnOnce: ApiRules['warnOnce'],
  { prover, agentOf }: Pick<ApiRules, 'prover' | 'agentOf'>,
): ApiRules {
  const { config, dialect } = provider;
  const { query, header } = dialect.authorization;
  return {
    placement: query === undefined ? { header } : { query },
    headers: dialect.apiHeaders,
    allowedOrigins: config.allowedOrigins?.map((origin) => new URL(origin).origin),
    defaults: config.api ?? {},
    isBaseNamedByToken: dialect.response.apiBaseURL !== undefined,
    needsData: config.reacquire?.on !== undefined,
    isPlain: isPlain(provider, prover),
    prover,
    agentOf,
    isRefusal: config.reacquire?.on ?? (({ status }): boolean => status === 401),
    requestFor: (call, wishes) => {
      const chosen = config.tokenFor?.(call());
      return chosen === undefined ? wishes : mergeRequests(chosen, wishes);
    },
    warnOnce,
  };
}

function isPlain({ config, dialect }: Provider, prover: ApiRules['prover']): boolean {
  const isOneHeader =
    dialect.authorization.query === undefined && Object.keys(dialect.apiHeaders).length === 0;
  const isBound = prover !== undefined || config.certificate !== undefined;
  const isChosenByCall = config.tokenFor !== undefined || config.reacquire?.on !== undefined;
  return isOneHeader && !isBound && !isChosenByCall && dialect.response.apiBaseURL === undefined;
}

/** The rules of a provider with tenants, for as long as it is open which tenant a call is for: nothing can be said of any token. */
export function apiOfNoTenant(provider: Provider, warnOnce: ApiRules['warnOnce']): ApiAccess {
  return {
    ...apiRulesOf(provider, warnOnce, { prover: undefined, agentOf: () => undefined }),
    isSettled: false,
    refuse: () => 'too-young',
    noteAccepted: () => undefined,
    noteReplay: () => undefined,
  };
}
