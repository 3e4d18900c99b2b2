import type { AxiosAdapter } from 'axios';
import type { Lazy, Secret } from '../config/credentials.js';
import type { ProviderConfig } from '../config/options.js';

/** How a client's requests are sent. */
export interface Sending {
  /** Sends the requests of the token endpoint. */
  readonly adapter: AxiosAdapter;
  readonly timeoutMs: number | undefined;
}

/**
 * A copy of a client's options with which each endpoint is asked once: one attempt, one credential, no replay, no budget.
 *
 * A further secret of a list, or another result of a function, would be a second token request.
 */
export function askedOnce(config: ProviderConfig, { adapter, timeoutMs }: Sending): ProviderConfig {
  const { clientSecret, privateKey, clientAssertion, tokenRequest } = config;
  const { issuance: _budget, ...unlimited } = config;
  return {
    ...unlimited,
    ...(clientSecret !== undefined && { clientSecret: firstSecret(clientSecret) }),
    ...(typeof privateKey === 'function' && { privateKey: calledOnce(privateKey) }),
    ...(typeof clientAssertion === 'function' && { clientAssertion: calledOnce(clientAssertion) }),
    tokenRequest: {
      ...tokenRequest,
      attempts: 1,
      ...(timeoutMs !== undefined && { timeoutMs }),
      axios: { ...tokenRequest?.axios, adapter },
    },
    reacquire: { on: () => false },
  };
}

function firstSecret(secret: Lazy<Secret>): Lazy<Secret> {
  if (typeof secret !== 'function') return firstOf(secret);
  return calledOnce(async () => firstOf(await secret()));
}

/** The first secret of a list. What is no list is left to the library's own check. */
function firstOf(secret: Secret): Secret {
  const [first] = Array.isArray(secret) ? secret : [secret];
  return first ?? secret;
}

function calledOnce<T>(read: () => T | Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= (async () => read())());
}
