import { channel } from 'node:diagnostics_channel';
import type { Clock } from './clock.js';
import type { ClientCredentialsErrorCode } from './errors.js';

/**
 * Why a token was acquired.
 *
 * - `initial`: there was no token.
 * - `refresh-ahead`: the token was close to expiry.
 * - `expired`: the token had expired.
 * - `rejected`: the API refused the token.
 * - `forced`: a caller asked with `forceRefresh`.
 */
export type AcquisitionReason = 'initial' | 'refresh-ahead' | 'expired' | 'rejected' | 'forced';

/** An operation of a token store. */
export type StoreOperation = 'get' | 'set' | 'delete' | 'lock' | 'increment';

/** Properties of every event. */
export interface TokenEventBase {
  /** Name of the provider. */
  provider: string;
  /** Id of the tenant, if the provider has tenants. */
  tenant?: string;
  /** Scopes of the token. */
  scopes: readonly string[];
  /** Instant of the event, epoch milliseconds. */
  at: number;
}

/** A token was acquired. */
export interface TokenAcquiredEvent extends TokenEventBase {
  type: 'token.acquired';
  reason: AcquisitionReason;
  /** Milliseconds from the start of the first attempt to the response. */
  durationMs: number;
  /** Expiry of the token, epoch milliseconds. */
  expiresAt: number;
  /** Whether the provider returned the previous token again. */
  isSameToken: boolean;
}

/** A token request failed. Callers are unaffected while a valid token is served. */
export interface TokenFailedEvent extends TokenEventBase {
  type: 'token.failed';
  reason: AcquisitionReason;
  durationMs: number;
  code: ClientCredentialsErrorCode;
  /** Message of the error, without secrets. */
  message: string;
  /** Whether a valid token is still served. */
  isServed: boolean;
}

/** A token was dropped before its expiry. */
export interface TokenInvalidatedEvent extends TokenEventBase {
  type: 'token.invalidated';
  /** `rejected`: the API refused the token. `requested`: the application called `invalidate`. */
  reason: 'rejected' | 'requested';
}

/** A call was sent again with a new token, because the API refused the first token. */
export interface ApiReplayedEvent extends TokenEventBase {
  type: 'api.replayed';
  /** HTTP status of the second response; missing if none arrived. */
  status?: number;
}

/**
 * The provider accepted another secret, key or certificate than before. Current tokens stay in use.
 */
export interface CredentialsRotatedEvent extends TokenEventBase {
  type: 'credentials.rotated';
  /** Whether the previous credential was refused, and can be removed from the configuration. */
  wasRefused: boolean;
}

/**
 * The token store failed; emitted once per outage.
 *
 * Calls continue: each process acquires its own tokens until the store works again.
 */
export interface StoreUnavailableEvent extends TokenEventBase {
  type: 'store.unavailable';
  /** The store operation that failed. */
  operation: StoreOperation;
}

/** The API refused a call although its token is valid: the token lacks a scope. Emitted for each call. */
export interface ApiRefusedEvent extends TokenEventBase {
  type: 'api.refused';
  reason: 'insufficient_scope';
  /** HTTP status of the response. */
  status: number;
  /** Scopes that the API demands; empty if the API does not name them. @see RFC 6750 §3 */
  requiredScopes: readonly string[];
  /** Scopes that the token was granted. */
  grantedScopes: readonly string[];
}

/** Token requests reached 80 % of `issuance.limit`; emitted once per window. */
export interface IssuanceNearLimitEvent extends TokenEventBase {
  type: 'issuance.near-limit';
  limit: number;
  windowSeconds: number;
}

/** An event of a {@link TokenManager}. No event contains a secret or a token. */
export type TokenEvent =
  | TokenAcquiredEvent
  | TokenFailedEvent
  | TokenInvalidatedEvent
  | ApiReplayedEvent
  | ApiRefusedEvent
  | CredentialsRotatedEvent
  | StoreUnavailableEvent
  | IssuanceNearLimitEvent;

/** Properties of an event other than those of {@link TokenEventBase}. */
export type TokenEventDetails = TokenEvent extends infer E
  ? E extends TokenEvent
    ? Omit<E, keyof TokenEventBase>
    : never
  : never;

/** Listener for events, in order. An error that the listener throws is ignored. */
export type TokenEventListener = (event: TokenEvent) => void;

// Node keeps channels by name, so that the subscribers of a process hear all managers and all copies of this package.
const EVENTS = channel('nestjs-client-credentials:event');

/** Passes events to listeners, and to the subscribers of the diagnostics channel. Neither can fail or delay a call. */
export class EventHub {
  readonly #listeners = new Set<TokenEventListener>();

  subscribe(listener: TokenEventListener): () => void {
    // Wraps the listener, so that one function subscribed twice is two subscriptions.
    const entry: TokenEventListener = (event) => listener(event);
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  emit(event: TokenEvent): void {
    for (const listener of this.#listeners) {
      try {
        // An asynchronous listener is not awaited.
        void Promise.resolve<unknown>(listener(event)).catch(() => undefined);
      } catch {
        // Ignored: an error in a listener must not affect the token.
      }
    }
    if (EVENTS.hasSubscribers) EVENTS.publish(event);
  }
}

/** Whose tokens an event is about, and where the event goes. */
interface EventSubject {
  readonly provider: string;
  readonly tenant: string | undefined;
  readonly clock: Clock;
  readonly events: EventHub;
}

/** Emits an event about a client's token for these scopes, at an instant in epoch milliseconds. */
export function emitEvent(
  { provider, tenant, clock, events }: EventSubject,
  scopes: readonly string[],
  details: TokenEventDetails,
  at: number = clock.now(),
): void {
  const subject = tenant === undefined ? { provider } : { provider, tenant };
  events.emit({ ...details, ...subject, scopes, at });
}
