import type { Attributes } from '@opentelemetry/api';

/** Name of the instrumentation scope. */
export const SCOPE = 'nestjs-client-credentials';

/** Name of the span of one acquisition. */
export const ACQUIRE_SPAN = 'oauth.token.acquire';

/** Name and options of an instrument. */
export interface Instrument {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly advice?: { explicitBucketBoundaries: number[] };
}

type InstrumentKey = 'acquisitions' | 'replays' | 'refusals' | 'outages' | 'duration' | 'expiresIn';

/** Instruments by name. Units as in the semantic conventions: seconds, and `{…}` for what is counted. */
export const INSTRUMENTS: Readonly<Record<InstrumentKey, Instrument>> = {
  acquisitions: {
    name: 'oauth.client.token.acquisitions',
    unit: '{acquisition}',
    description: 'Number of tokens acquired, failed acquisitions included.',
  },
  replays: {
    name: 'oauth.client.api.replays',
    unit: '{call}',
    description: 'Number of calls that were sent again with a new token.',
  },
  refusals: {
    name: 'oauth.client.api.refusals',
    unit: '{call}',
    description: 'Number of calls that the API refused because the token lacks a scope.',
  },
  outages: {
    name: 'oauth.client.store.outages',
    unit: '{outage}',
    description: 'Number of outages of the token store.',
  },
  duration: {
    name: 'oauth.client.token.acquisition.duration',
    unit: 's',
    description: 'Duration of acquisitions, retries and failed acquisitions included.',
    // The semantic conventions’ buckets for HTTP requests; an acquisition ends within 10 seconds by default.
    advice: {
      explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    },
  },
  expiresIn: {
    name: 'oauth.client.token.expires_in',
    unit: 's',
    description: 'Time until expiry of the token that expires first.',
  },
};

/** Whose tokens a measurement is about, and how an acquisition went. */
interface Subject {
  readonly provider: string;
  readonly tenant?: string | undefined;
  readonly reason?: string | undefined;
  readonly errorType?: string | undefined;
}

/** Attributes of a measurement or a span. A tenant is told only if `hasTenants`: each one is a time series of its own. */
export function attributesOf(
  { provider, tenant, reason, errorType }: Subject,
  hasTenants: boolean,
): Attributes {
  return {
    'oauth.provider': provider,
    ...(hasTenants && tenant !== undefined && { 'oauth.tenant': tenant }),
    ...(reason !== undefined && { 'oauth.reason': reason }),
    ...(errorType !== undefined && { 'error.type': errorType }),
  };
}
