import { globalAgent as httpGlobal } from 'node:http';
import { globalAgent as httpsGlobal } from 'node:https';
import { AgentStandIn, isAgent, type RequestAgent } from './agent-stand-in.js';
import { asObject } from './objects.js';

/** An https request was about to be handed to a proxy as it is, so that the proxy, and everybody on the way, could have read it. */
export class SentInClear extends Error {}

/** What to do where a proxy would get an https request in the clear. */
export const TUNNEL_ADVICE =
  'Set proxy to false and httpsAgent to an agent that tunnels (https-proxy-agent), or use axios 1.16.1 or newer.';

// From this version on axios has the proxy tunnel https requests (CONNECT).
const [MAJOR, MINOR, PATCH] = [1, 16, 1] as const;

/** Whether this copy of axios hands https requests to a proxy in the clear. A mock of axios may have no version, or be nothing. */
export function sendsInClear(axios: { readonly VERSION?: string } | undefined): boolean {
  const parts = String(axios?.VERSION).split('.').map(Number);
  const [major = NaN, minor = NaN, patch = NaN] = parts;
  if (major !== MAJOR) return major < MAJOR;
  return minor < MINOR || (minor === MINOR && patch < PATCH);
}

/** Refuses what axios gives the path of a whole https address: that is how a proxy is asked to forward it. */
class GuardedAgent extends AgentStandIn {
  override addRequest(request: object, ...rest: unknown[]): void {
    const { path } = asObject(request);
    if (typeof path === 'string' && /^https:/i.test(path)) throw new SentInClear(TUNNEL_ADVICE);
    super.addRequest(request, ...rest);
  }
}

/** The agents of a config, and Node's own where it has none, such that no https request goes to a proxy in the clear. */
export function guardedAgents({ httpAgent, httpsAgent }: { httpAgent?: unknown; httpsAgent?: unknown }): {
  httpAgent: unknown;
  httpsAgent: unknown;
} {
  return { httpAgent: guarded(httpAgent ?? httpGlobal), httpsAgent: guarded(httpsAgent ?? httpsGlobal) };
}

function guarded(agent: unknown): unknown {
  if (agent instanceof GuardedAgent || !isAgent(agent)) return agent;
  return new GuardedAgent(agent satisfies RequestAgent);
}
