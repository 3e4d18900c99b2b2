import { setTimeout as sleep } from 'node:timers/promises';
import { type InstantClock, type Instant } from '../base/clock.js';
import { ClientCredentialsError } from '../base/errors.js';
import type { Parameters } from '../config/dialect.js';
import type { Provider } from '../config/resolve.js';
import type { GrantContext, IssuedToken } from '../token/issued-token.js';
import type { ResolvedRequest } from '../token/token-key.js';
import type { ClientCertificate } from './client-auth/certificate.js';
import type { Credential, CredentialSource } from './client-auth/credentials.js';
import type { DpopKey } from './client-auth/dpop.js';
import { CredentialRotation } from './client-auth/rotation.js';
import { isCredentialsRefusal } from './advice.js';
import * as failures from './errors.js';
import type { TokenResponse } from './response-body.js';

import { backOffMs } from './retry.js';
import { sensitiveValuesOf } from './secrets-of-attempt.js';
import type { Server, ServerLocator } from './server/locator.js';
import { ResponseTooLarge, type TokenEndpoint } from './token-endpoint.js';
import { attemptOf, encodeAttempt } from './token-request.js';
import { readAnswer, tokensIn } from './token-response.js';

/** What an acquisition works with. */
export interface GrantDeps {
  readonly provider: Provider;
  readonly clock: InstantClock;
  readonly credentials: CredentialSource;
  readonly locate: ServerLocator;
  readonly endpoint: TokenEndpoint;
  readonly dpop: DpopKey | undefined;
}

/** One acquisition: attempt after attempt, each with a proof of its own, under one deadline. */
export class GrantRequest {
  readonly #deps: GrantDeps;
  readonly #request: ResolvedRequest;
  readonly #context: GrantContext;
  /** Everything that no error may show. */
  readonly #secrets = new Set<string>();
  readonly #choice: CredentialRotation;
  #lastError: ClientCredentialsError | undefined;

  constructor(deps: GrantDeps, request: ResolvedRequest, context: GrantContext) {
    this.#deps = deps;
    this.#request = request;
    this.#context = context;
    this.#choice = new CredentialRotation(deps.credentials, (what, read) => this.#input(what, read));
    if (context.lastToken !== undefined) this.#secrets.add(context.lastToken);
    for (const token of context.recentTokens) this.#secrets.add(token);
  }

  async run(): Promise<IssuedToken> {
    const { provider } = this.#deps;
    let credential = await this.#choice.first();
    for (let attempt = 1; ;) {
      for (const secret of this.#choice.secrets) this.#secrets.add(secret);
      const outcome = await this.#attempt(credential);
      if ('token' in outcome) {
        this.#accept(credential);
        return outcome.token;
      }
      this.#lastError = outcome.error;
      if (isCredentialRefusal(outcome.error)) {
        const next = await this.#choice.after(credential);
        this.#throwIfOver();
        if (next === undefined) throw outcome.error;
        credential = next;
        continue;
      }
      if (!outcome.isRetryable || attempt >= provider.attempts) throw outcome.error;
      await this.#pauseBefore(++attempt, outcome);
      if (outcome.isUnreachable === true) credential = await this.#choice.afterNoAnswer(credential);
    }
  }

  #accept(credential: Credential): void {
    const { hasRefused } = this.#choice;
    const isAnother = this.#deps.credentials.accept(credential);
    if (isAnother || hasRefused) this.#context.onRotation(hasRefused);
  }

  async #attempt(credential: Credential): Promise<GrantOutcome> {
    let server: Server;
    try {
      server = await this.#deps.locate(
        credential.certificate?.agent,
        this.#context.deadline.signal,
        this.#context.signal,
      );
    } catch (error) {
      this.#throwIfOver();
      if (error instanceof ClientCredentialsError) return { error, isRetryable: error.retryable };
      throw error;
    }
    const outcome = await this.#send(credential, server);
    if (!('token' in outcome) && (outcome.isUnreachable === true || outcome.error.endpointStatus === 404))
      server.markStale();
    // RFC 9449 §8: it is part of asking, not another attempt.
    return 'wantsNonce' in outcome ? this.#send(credential, server) : outcome;
  }

  async #send(credential: Credential, { tokenUrl, issuer }: Server): Promise<GrantOutcome> {
    const { provider, clock, endpoint, dpop } = this.#deps;
    const { claims, beforeSend, deadline } = this.#context;
    const extra = await this.#extraParameters();
    const attempt = attemptOf(provider, { url: tokenUrl, claims }, this.#request, extra);
    await this.#input('The client authentication', async () => credential.authenticate(attempt, issuer));
    let provedNonce: string | undefined;
    if (dpop !== undefined) {
      const target = { method: attempt.method, url: new URL(attempt.url) };
      const { proof, nonce } = await this.#input('The DPoP proof', () => dpop.proof(target));
      attempt.headers['dpop'] = proof;
      provedNonce = nonce;
    }
    for (const shown of sensitiveValuesOf(attempt, provider.dialect)) this.#secrets.add(shown);

    await beforeSend();
    const requested = clock.instant();
    let answer: TokenResponse;
    try {
      answer = await endpoint(
        encodeAttempt(attempt, provider.dialect),
        deadline.signal,
        credential.certificate?.agent,
      );
    } catch (error) {
      this.#throwIfOver();
      if (error instanceof ResponseTooLarge) {
        const tooLarge = failures.unusable(error.message, false, undefined, this.#errorContext());
        return { error: tooLarge, isRetryable: false };
      }
      return {
        error: failures.unreachable(error, attempt.url, this.#errorContext()),
        isRetryable: true,
        isUnreachable: true,
      };
    }
    const nonce = dpop?.rememberNonce(new URL(attempt.url), answer.headers);
    // Compared with the nonce of this attempt's proof: another attempt may have learned the new one first.
    const hasNewNonce = nonce !== undefined && nonce !== provedNonce;
    const outcome = this.#read(answer, requested, credential);
    const wantsNonce = hasNewNonce && 'error' in outcome && outcome.error.oauthError === 'use_dpop_nonce';
    return wantsNonce ? { ...outcome, wantsNonce: true } : outcome;
  }

  #read(answer: TokenResponse, requested: Instant, { certificate }: Credential): GrantOutcome {
    const { provider, clock } = this.#deps;
    const reading = readAnswer(answer, provider, this.#request, requested);
    if (reading.kind === 'token')
      return { token: certificate === undefined ? reading.token : boundTo(certificate, reading.token) };
    for (const token of tokensIn(answer, provider.dialect)) this.#secrets.add(token);
    switch (reading.kind) {
      case 'rejected':
        return { error: failures.rejected(answer, this.#errorContext(), clock.now()), isRetryable: false };
      case 'unavailable':
        return { error: failures.unavailable(answer, this.#errorContext(), clock.now()), isRetryable: true };
      case 'unusable': {
        const { why, mayPass, isZeroLifetime = false } = reading;
        const error = failures.unusable(why, mayPass, answer.status, this.#errorContext());
        return { error, isRetryable: mayPass, isZeroLifetime };
      }
    }
  }

  async #extraParameters(): Promise<Parameters> {
    const { tenant, config } = this.#deps.provider;
    const { parameters } = config;
    if (typeof parameters !== 'function') return this.#request.parameters;
    const { scopes, audience, resources } = this.#request;
    const context = {
      scope: [...scopes],
      resource: [...resources],
      ...(audience !== undefined && { audience }),
      ...(tenant !== undefined && { tenant }),
    };
    const given = await this.#input('The parameters', async () => parameters(context));
    return { ...given, ...this.#request.parameters };
  }

  async #pauseBefore(attempt: number, { error, isZeroLifetime = false }: Failure): Promise<void> {
    const { clock } = this.#deps;
    const { deadline } = this.#context;
    const backOff = backOffMs(attempt - 1, Math.random(), isZeroLifetime);
    const delayMs = Math.max(backOff, (error.retryAt ?? 0) - clock.now());
    if (delayMs >= deadline.remainingMs()) throw error;
    try {
      // A timer may fire a little early, and a server that named a time means it.
      await sleep(Math.ceil(delayMs) + 1, undefined, { signal: deadline.signal, ref: false });
    } catch {
      this.#throwIfOver();
    }
  }

  /** What a function of the configuration gives, within the deadline. */
  async #input<T>(what: string, read: () => Promise<T>): Promise<T> {
    try {
      return await this.#context.deadline.run(read());
    } catch (error) {
      this.#throwIfOver();
      throw error instanceof ClientCredentialsError
        ? error
        : failures.inputFailed(what, error, this.#errorContext());
    }
  }

  #throwIfOver(): void {
    this.#context.signal.throwIfAborted();
    if (this.#context.deadline.hasExpired) throw failures.timedOut(this.#errorContext(), this.#lastError);
  }

  #errorContext(): failures.ErrorContext {
    return { provider: this.#deps.provider, secrets: this.#secrets };
  }
}

function isCredentialRefusal(error: ClientCredentialsError): boolean {
  return (
    error.code === 'token_request_rejected' && isCredentialsRefusal(error.endpointStatus, error.oauthError)
  );
}

/** An attempt that brought no token. */
export interface Failure {
  readonly error: ClientCredentialsError;
  /** Whether another attempt may fare better. */
  readonly isRetryable: boolean;
  readonly isZeroLifetime?: boolean;
  /** Whether nobody answered. */
  readonly isUnreachable?: boolean;
  /** Whether the server wants the same once more, with a nonce that it has just told. */
  readonly wantsNonce?: true;
}

/** What came of an attempt. */
export type GrantOutcome = { readonly token: IssuedToken } | Failure;

/** A token belongs to the certificate that it was acquired with, and ends with it: without that nobody can use it. */
function boundTo({ thumbprint, endsAt }: ClientCertificate, token: IssuedToken): IssuedToken {
  const leftMs = endsAt - token.requested.at;
  // Where the server took one that had ended, its end means nothing.
  const lifetimeMs = leftMs > 0 ? Math.min(leftMs, token.lifetimeMs) : token.lifetimeMs;
  return { ...token, lifetimeMs, boundTo: thumbprint };
}
