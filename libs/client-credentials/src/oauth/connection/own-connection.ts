import type { AxiosRequestConfig } from 'axios';
import type { Connection } from './connection.js';
import { throughNode } from './through-node.js';

// `HTTPS_PROXY`, `http_proxy`, `ALL_PROXY`, and npm's own form of them; not `NO_PROXY`.
const PROXY_VARIABLE = /^(npm_config_)?(https?_|all_)?proxy$/i;

/**
 * Creates a client's connection to its authorization server. Where the options or the environment name a proxy or an agent it is one of
 * axios, which knows them all; otherwise Node's own, so that nobody waits for axios to load.
 */
export function connectionOf(options: AxiosRequestConfig = {}): Connection {
  const hasOptions = Object.keys(options).length > 0;
  let axios: Promise<Connection> | undefined;
  return async (...request) => {
    if (!hasOptions && !namesProxy(process.env)) return throughNode(...request);
    axios ??= import('./through-axios.js').then(({ throughAxios }) => throughAxios(options));
    return (await axios)(...request);
  };
}

function namesProxy(environment: NodeJS.ProcessEnv): boolean {
  return Object.entries(environment).some(([name, value]) => value && PROXY_VARIABLE.test(name));
}
