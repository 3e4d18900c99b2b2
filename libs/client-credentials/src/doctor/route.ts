import { Agent as HttpAgent, globalAgent as httpGlobal } from 'node:http';
import { Agent as HttpsAgent, globalAgent as httpsGlobal } from 'node:https';
import type { AxiosRequestConfig } from 'axios';
import { asObject, isObject, withoutUndefined } from '../base/objects.js';

/** How a connection to the authorization server is made. */
export type Route =
  | { readonly kind: 'direct'; readonly options: Readonly<Record<string, unknown>> }
  /** Through something that only the token request itself can go through. */
  | { readonly kind: 'indirect'; readonly through: string };

/**
 * The route of a token request, by `tokenRequest.axios` and the environment.
 *
 * @param certificateAgent - the agent that presents the client certificate
 */
export function routeOf(url: URL, connection: AxiosRequestConfig, certificateAgent?: HttpsAgent): Route {
  const { adapter, transport, socketPath, proxy, httpAgent, httpsAgent } = asObject(connection);
  const option = Object.entries({ adapter, transport, socketPath }).find(
    ([, value]) => value !== undefined && value !== null && value !== 'http',
  )?.[0];
  if (option !== undefined) return { kind: 'indirect', through: `tokenRequest.axios.${option}` };
  if (isObject(proxy)) {
    const { host, port } = proxy;
    const place = typeof port === 'number' ? `${String(host)}:${port}` : String(host);
    return { kind: 'indirect', through: `the proxy at ${place}` };
  }
  const isHttps = url.protocol === 'https:';
  const agent = isHttps ? (httpsAgent ?? certificateAgent ?? httpsGlobal) : (httpAgent ?? httpGlobal);
  const options = agentOptions(agent);
  if (options === undefined)
    return { kind: 'indirect', through: `tokenRequest.axios.${isHttps ? 'httpsAgent' : 'httpAgent'}` };
  const variable = proxy === false ? undefined : proxyVariableOf(url, process.env);
  if (variable !== undefined) return { kind: 'indirect', through: `the proxy of the variable ${variable}` };
  const { lookup, family } = asObject(connection);
  return { kind: 'direct', options: { ...options, ...withoutUndefined({ lookup, family }) } };
}

/** Options of one of Node's own agents; `undefined` for any other agent, which may lead through a proxy. */
function agentOptions(agent: unknown): Record<string, unknown> | undefined {
  if (!isObject(agent)) return undefined;
  const prototype: unknown = Object.getPrototypeOf(agent);
  if (prototype !== HttpsAgent.prototype && prototype !== HttpAgent.prototype) return undefined;
  const options = asObject(agent['options']);
  return isObject(options['proxyEnv']) ? undefined : options;
}

/** The variable whose proxy axios uses for this address, by the rules that `proxy-from-env` has. */
export function proxyVariableOf(
  { protocol, hostname, port }: URL,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const scheme = protocol.slice(0, -1);
  const named = (name: string): string | undefined =>
    [name, name.toUpperCase()].find((each) => (environment[each] ?? '') !== '');
  const variable = named(`${scheme}_proxy`) ?? named('all_proxy');
  const exceptions = environment[named('no_proxy') ?? ''] ?? '';
  const ownPort = port === '' ? (scheme === 'https' ? '443' : '80') : port;
  const isException = exceptions.split(/[\s,]+/).some((exception) => {
    const [, host = '', onlyPort] = /^(.+?)(?::(\d+))?$/.exec(exception) ?? [];
    if (host === '' || (onlyPort !== undefined && onlyPort !== ownPort)) return false;
    if (host === '*') return true;
    const end = host.replace(/^\*/, '').toLowerCase();
    return /^[.*]/.test(host) ? hostname.endsWith(end) : hostname === end;
  });
  return isException ? undefined : variable;
}
