import type { InternalAxiosRequestConfig } from 'axios';

type Config = InternalAxiosRequestConfig;

/** What a sending depends on beside its headers, as it was when the call was sent. */
export type SentParts = {
  readonly [
    Part in
      | 'method'
      | 'url'
      | 'baseURL'
      | 'allowAbsoluteUrls'
      | 'params'
      | 'data'
      | 'maxRedirects'
      | 'fetchOptions'
      | 'beforeRedirect'
      | 'httpAgent'
      | 'httpsAgent'
  ]: Config[Part] | undefined;
};

/** The parts of a config as they are now: the caller, or an adapter, may change them while the call is under way. */
export function sentPartsOf(config: Config): SentParts {
  const { method, url, baseURL, allowAbsoluteUrls, params, data } = config;
  const { maxRedirects, fetchOptions, beforeRedirect, httpAgent, httpsAgent } = config;
  return {
    method,
    url,
    baseURL,
    allowAbsoluteUrls,
    params,
    data,
    maxRedirects,
    fetchOptions,
    beforeRedirect,
    httpAgent,
    httpsAgent,
  };
}

/** The parts of a borrowed config that its adapter may change. Its other parts are known, or read when they are needed. */
export type BorrowedParts = Pick<
  SentParts,
  'method' | 'url' | 'baseURL' | 'params' | 'data' | 'beforeRedirect'
>;

/** The same for a config that nobody but the adapter sees. Few reads: a config is a dictionary, and there is one for every call. */
export function borrowedPartsOf(config: Config): BorrowedParts {
  const { method, url, baseURL, params, data, beforeRedirect } = config;
  return { method, url, baseURL, params, data, beforeRedirect };
}
