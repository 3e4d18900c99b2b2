import type { AxiosRequestConfig } from 'axios';

/** The parts of an API's response that {@link ReacquireOptions.on} decides by. */
export interface ApiAnswer {
  /** HTTP status. */
  status: number;
  /** Header values by lower-case header name. */
  headers: Record<string, string>;
  /** The body: parsed if it is JSON, else unparsed; `undefined` for a stream. */
  data: unknown;
}

/** When a token is renewed and when it counts as expired. All values are seconds. */
export interface LifetimeOptions {
  /**
   * Seconds before expiry from which a token is renewed behind the caller's back.
   *
   * Too large and short-lived tokens are renewed all the time; hence a share of the lifetime, not a constant. The
   * default varies by ±10 %, so that the processes of a fleet do not renew at the same moment. A configured window
   * is taken as it stands.
   *
   * @defaultValue 20 % of the lifetime, at most 300, and at least 10 % of the lifetime (at most 30) more than the skew, ±10 %; never more than half of the time in which the token can be sent
   * @see RFC 6749 §5.1 (`expires_in`)
   */
  refreshAheadSeconds?: number;
  /**
   * Seconds before expiry from which a token is no longer sent.
   *
   * The skew covers clock differences and the time a request takes. A skew that leaves a short-lived token no time
   * at all is replaced by the default.
   *
   * @defaultValue 10 % of the lifetime, at most 30, at least 1 for a lifetime of 3 or more
   */
  expirySkewSeconds?: number;
  /**
   * Lifetime in seconds of a token whose response has no lifetime, or the lifetime -1 ("never").
   *
   * @defaultValue 3600
   */
  defaultSeconds?: number;
  /**
   * Longest lifetime in seconds; a longer one in the response is cut to this value.
   *
   * @defaultValue 2678400 (31 days)
   */
  maxSeconds?: number;
}

/** Deadline, attempts and connection of token requests. */
export interface TokenRequestOptions {
  /**
   * Milliseconds until a token request is given up, retries and waits included (wall clock).
   *
   * @defaultValue 10000
   */
  timeoutMs?: number;
  /**
   * Largest number of attempts while the token endpoint fails in a way that may pass (connection errors, 408, 425, 429, 5xx).
   *
   * @defaultValue 3
   */
  attempts?: number;
  /**
   * Connection settings for the token endpoint: `proxy`, `httpAgent`, `httpsAgent` and the like. With any of them, or where the
   * environment names a proxy, token requests go through axios; otherwise axios is not loaded for them.
   */
  axios?: AxiosRequestConfig;
}

/** Which API responses refuse the token, and how often a refused token is replaced. */
export interface ReacquireOptions {
  /**
   * Returns true for a response that refuses the token.
   *
   * @defaultValue status 401
   */
  on?: (answer: ApiAnswer) => boolean;
  /**
   * Seconds for which a token that replaced a refused one is not itself replaced; 0 turns the limit off.
   *
   * An API that refuses every token thus costs one token request per cooldown, not one per call.
   *
   * @defaultValue 30, at most half the lifetime
   */
  cooldownSeconds?: number;
}
