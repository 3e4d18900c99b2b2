import type { Agent } from 'node:https';
import { AccessToken } from '../token/access-token.js';
import type { CallToken } from '../token/attachment.js';
import type { IssuedToken } from '../token/issued-token.js';
import type { Provider } from '../config/resolve.js';

/** Creates the tokens that callers get from issued tokens, by the provider's dialect. */
export class AccessTokenFactory {
  readonly #dialect: Provider['dialect']['authorization'];
  readonly #agentOf: (issued: IssuedToken) => Agent | undefined;
  /** Agents that present the client certificate of a token. */
  readonly #agents = new WeakMap<CallToken, Agent>();

  /** @param agentOf - returns the agent for a token that is bound to a client certificate */
  constructor({ dialect }: Provider, agentOf: (issued: IssuedToken) => Agent | undefined) {
    this.#dialect = dialect.authorization;
    this.#agentOf = agentOf;
  }

  /** Returns the agent that presents a token's client certificate; `undefined` for an unbound token. */
  agentOf(token: CallToken): Agent | undefined {
    return this.#agents.get(token);
  }

  create(issued: IssuedToken): AccessToken {
    const { format, scheme } = this.#dialect;
    const { value, type } = issued;
    // `dialect.authorization.format` is called now: a failure belongs to the refresh, not to a call.
    const token = new AccessToken(issued, type === 'DPoP' ? type : scheme, format?.(value));
    const agent = issued.boundTo === undefined ? undefined : this.#agentOf(issued);
    if (agent !== undefined) this.#agents.set(token, agent);
    return token;
  }
}
