import type { ClientCredentialsErrorCode } from './errors.js';

/**
 * Why a token was acquired: none was there; it was due for renewal; it had ended; the API refused it; or a caller
 * insisted.
 */
export type AcquisitionReason = 'initial' | 'refresh-ahead' | 'expired' | 'rejected' | 'forced';

/** An operation of a token store. */
export type StoreOperation = 'get' | 'set' | 'delete' | 'lock' | 'increment';

/** What every event tells. */
export interface TokenEventBase {
  /** The provider's name. */
  provider: string;
  /** The tenant's id, where the provider has tenants. */
  tenant?: string;
  /** The scopes of the token concerned. */
  scopes: readonly string[];
  /** Epoch milliseconds. */
  at: number;
}

/** A new token is in use. */
export interface TokenAcquiredEvent extends TokenEventBase {
  type: 'token.acquired';
  reason: AcquisitionReason;
  /** Milliseconds from the first attempt's start to the answer. */
  durationMs: number;
  /** Epoch milliseconds. */
  expiresAt: number;
  /** Whether the provider answered with the token it had handed out before. */
  isSameToken: boolean;
}

/** An acquisition failed. Callers that have a valid token do not notice. */
export interface TokenFailedEvent extends TokenEventBase {
  type: 'token.failed';
  reason: AcquisitionReason;
  durationMs: number;
  code: ClientCredentialsErrorCode;
  /** The error's message. It names no secret. */
  message: string;
  /** Whether a valid token goes on being served. */
  isServed: boolean;
}

/** A token was dropped before its end. */
export interface TokenInvalidatedEvent extends TokenEventBase {
  type: 'token.invalidated';
  /** `rejected`: the API refused it. `requested`: somebody called `invalidate`. */
  reason: 'rejected' | 'requested';
}

/** A call was sent once more with a new token, since the API refused the first one. */
export interface ApiReplayedEvent extends TokenEventBase {
  type: 'api.replayed';
  /** The status of the second answer; absent when none came. */
  status?: number;
}

/**
 * The provider took another credential of the client than before: another secret, key or certificate. Tokens that are
 * there stay in use.
 */
export interface CredentialsRotatedEvent extends TokenEventBase {
  type: 'credentials.rotated';
  /** Whether the one before was refused: then it can be taken out of the configuration. */
  wasRefused: boolean;
}

/**
 * The token store failed: told once for each outage. Calls go on without it, and each process acquires its own tokens until
 * it is well again.
 */
export interface StoreUnavailableEvent extends TokenEventBase {
  type: 'store.unavailable';
  /** What it was asked to do when it failed. */
  operation: StoreOperation;
}

/** 80 % of the tokens that `issuance` allows were asked for: told once in a window. */
export interface IssuanceNearLimitEvent extends TokenEventBase {
  type: 'issuance.near-limit';
  limit: number;
  windowSeconds: number;
}

/** Everything that a {@link TokenManager} tells its listeners. No event holds a secret or a token. */
export type TokenEvent =
  | TokenAcquiredEvent
  | TokenFailedEvent
  | TokenInvalidatedEvent
  | ApiReplayedEvent
  | CredentialsRotatedEvent
  | StoreUnavailableEvent
  | IssuanceNearLimitEvent;

/** What tells one event from others of its kind; the rest is the same for all of an entry. */
export type TokenEventDetails = TokenEvent extends infer E
  ? E extends TokenEvent
    ? Omit<E, keyof TokenEventBase>
    : never
  : never;

/** Called for every event, in the order they happen. What it throws is ignored. */
export type TokenEventListener = (event: TokenEvent) => void;

/** Hands events to whoever listens. A listener can neither fail nor delay a call. */
export class EventHub {
  readonly #listeners = new Set<TokenEventListener>();

  subscribe(listener: TokenEventListener): () => void {
    // Wrapped, so that one function subscribed twice is two subscriptions.
    const entry: TokenEventListener = (event) => listener(event);
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  emit(event: TokenEvent): void {
    for (const listener of this.#listeners) {
      try {
        // An asynchronous one is not waited for.
        void Promise.resolve<unknown>(listener(event)).catch(() => undefined);
      } catch {
        // A listener's fault is its own; the token is not to suffer.
      }
    }
  }
}
