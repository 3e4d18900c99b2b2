import type { AxiosRequestConfig } from 'axios';

/** What {@link ReacquireOptions.on} gets to see of an API's answer. */
export interface ApiAnswer {
  /** The status. */
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Parsed if it is JSON, else as it came; `undefined` for a stream. */
  data: unknown;
}

/** When a token counts as used up. Seconds everywhere. */
export interface LifetimeOptions {
  /**
   * Before expiry, from when on the token is renewed behind the caller's back.
   *
   * Too large and short-lived tokens are renewed all the time; hence a share of the lifetime, not a constant.
   *
   * @defaultValue 20 % of the lifetime, at most 300, at least twice the skew; jittered by ±10 %, so that a fleet does not renew at once
   */
  refreshAheadSeconds?: number;
  /**
   * Before expiry, from when on the token is no longer sent: clocks differ, and a request takes time.
   *
   * One that would leave nothing of a short-lived token gives way to the default.
   *
   * @defaultValue 10 % of the lifetime, at most 30, at least 1 from a lifetime of 3 on
   */
  expirySkewSeconds?: number;
  /**
   * The lifetime of a token whose answer names none.
   *
   * @defaultValue 3600
   */
  defaultSeconds?: number;
  /**
   * The longest lifetime believed.
   *
   * @defaultValue 2678400 (31 days)
   */
  maxSeconds?: number;
}

/** How a token is asked for. */
export interface TokenRequestOptions {
  /**
   * Milliseconds for one acquisition by the wall clock, retries and waits included.
   *
   * @defaultValue 10000
   */
  timeoutMs?: number;
  /**
   * How often the endpoint is asked at most, as long as it fails in a way that may pass.
   *
   * @defaultValue 3
   */
  attempts?: number;
  /** For the connection to the token endpoint: `proxy`, `httpAgent`, `httpsAgent` and the like. */
  axios?: AxiosRequestConfig;
}

/** What counts as the API's refusal of a token, and how often it is believed. */
export interface ReacquireOptions {
  /**
   * Whether an answer means that the token was refused.
   *
   * @defaultValue status 401
   */
  on?: (answer: ApiAnswer) => boolean;
  /**
   * Seconds for which a token that replaced a refused one is not replaced in turn, so that an API that refuses
   * every token costs one token in that time, not one per call. 0: none.
   *
   * @defaultValue 30, at most half the lifetime
   */
  cooldownSeconds?: number;
}
