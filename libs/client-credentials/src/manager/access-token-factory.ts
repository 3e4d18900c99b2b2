import type { Agent } from 'node:https';
import { AccessToken } from '../token/access-token.js';
import type { AuthorizationDialect } from '../config/dialect.js';
import type { CallToken } from '../token/attachment.js';
import type { IssuedToken } from '../token/issued-token.js';
import type { Provider } from '../config/resolve.js';

/** Makes of issued tokens what callers get, as the provider's dialect has it. */
export class AccessTokenFactory {
  readonly #dialect: AuthorizationDialect;
  readonly #agentOf: (issued: IssuedToken) => Agent | undefined;
  /** The connections that tokens of a client certificate can be used on. */
  readonly #agents = new WeakMap<CallToken, Agent>();

  /** @param agentOf - the connections that an issued token can be used on, if it is bound to some */
  constructor({ dialect }: Provider, agentOf: (issued: IssuedToken) => Agent | undefined) {
    this.#dialect = dialect.authorization;
    this.#agentOf = agentOf;
  }

  /** The connections that a token can be used on, if it is bound to some. */
  agentOf(token: CallToken): Agent | undefined {
    return this.#agents.get(token);
  }

  create(issued: IssuedToken): AccessToken {
    const token = new AccessToken(issued, this.#authorizationOf);
    // A format of the configuration may fail: better here than on a call.
    if (this.#dialect.format !== undefined) void token.authorization;
    const agent = this.#agentOf(issued);
    if (agent !== undefined) this.#agents.set(token, agent);
    return token;
  }

  readonly #authorizationOf = ({ value, type }: AccessToken): string => {
    const { format, scheme } = this.#dialect;
    if (format !== undefined) return format(value);
    const written = type === 'DPoP' ? type : scheme;
    return written === '' ? value : `${written} ${value}`;
  };
}
