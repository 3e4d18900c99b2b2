import { setTimeout as sleep } from 'node:timers/promises';
import type { InstantClock } from '../base/clock.js';
import { ClientCredentialsError, invalidConfiguration } from '../base/errors.js';
import { isSecureAddress } from '../base/secure-origin.js';
import type { Provider } from '../config/resolve.js';
import type { GrantContext, IssuedToken } from '../token/issued-token.js';
import type { ResolvedRequest } from '../token/token-key.js';
import { isCredentialsRefusal, isTlsProblem } from './advice.js';
import type { Credential, CredentialSource } from './client-auth/credentials.js';
import type { DpopKey } from './client-auth/dpop.js';
import { InputFailure } from './client-auth/private-key.js';
import { CredentialRotation } from './client-auth/rotation.js';
import { unreachable } from './connection-errors.js';
import * as failures from './errors.js';
import { outcomeOf, type Failure, type GrantOutcome } from './grant-outcome.js';
import type { TokenResponse } from './response-body.js';
import { backOffMs } from './retry.js';
import type { Server, ServerLocator } from './server/locator.js';
import { ResponseTooLarge, type Connection } from './connection/connection.js';
import { attemptOf, contextOf, encodeAttempt, parametersOf, sensitiveValuesOf } from './token-request.js';

/** Collaborators of a client's token requests. */
export interface GrantDeps {
  readonly provider: Provider;
  readonly clock: InstantClock;
  readonly credentials: CredentialSource;
  readonly locate: ServerLocator;
  readonly connection: Connection;
  readonly dpop: DpopKey | undefined;
}

/** One token request: attempt after attempt, each with its own client authentication, under one deadline. */
export class GrantRequest {
  readonly #deps: GrantDeps;
  readonly #request: ResolvedRequest;
  readonly #context: GrantContext;
  /** The provider, and the values that no error may show. */
  readonly #errorContext: { readonly provider: Provider; readonly secrets: Set<string> };
  #lastError: ClientCredentialsError | undefined;

  constructor(deps: GrantDeps, request: ResolvedRequest, context: GrantContext) {
    this.#deps = deps;
    this.#request = request;
    this.#context = context;
    const { lastToken, recentTokens } = context;
    const secrets = new Set(recentTokens);
    if (lastToken !== undefined) secrets.add(lastToken);
    this.#errorContext = { provider: deps.provider, secrets };
  }

  async run(): Promise<IssuedToken> {
    const { provider, credentials } = this.#deps;
    const { secrets } = this.#errorContext;
    const { rotation, first } = await this.#read(() => CredentialRotation.start(credentials, secrets));
    let credential = first;
    for (let attempt = 1; ;) {
      const outcome = await this.#attempt(credential);
      if ('token' in outcome) {
        rotation.accept(credential, this.#context.onRotation);
        return outcome.token;
      }
      this.#lastError = outcome.error;
      const used = credential;
      if (isCredentialRefusal(outcome.error, provider)) {
        const next = await this.#read(() => rotation.after(used));
        if (next === undefined) throw outcome.error;
        credential = next;
        continue;
      }
      if (!outcome.isRetryable || attempt >= provider.attempts) throw outcome.error;
      await this.#pauseBefore(++attempt, outcome);
      if (outcome.isUnreachable === true) credential = await this.#read(() => rotation.afterNoAnswer(used));
    }
  }

  async #attempt(credential: Credential): Promise<GrantOutcome> {
    const { deadline, signal } = this.#context;
    let server: Server;
    try {
      server = await this.#deps.locate(credential.certificate?.agent, deadline.signal, signal);
    } catch (error) {
      this.#throwIfOver();
      if (!(error instanceof ClientCredentialsError)) throw error;
      return {
        error,
        isRetryable: error.retryable && !isTlsProblem(error.cause, credential.certificate !== undefined),
      };
    }
    const outcome = await this.#send(credential, server);
    if (!('token' in outcome) && (outcome.isUnreachable === true || outcome.error.endpointStatus === 404))
      server.markStale();
    // RFC 9449 §8: part of the same attempt.
    return 'wantsNonce' in outcome ? this.#send(credential, server) : outcome;
  }

  async #send(credential: Credential, { tokenUrl, issuer }: Server): Promise<GrantOutcome> {
    const { provider, clock, connection, dpop } = this.#deps;
    const { claims, beforeSend, deadline } = this.#context;
    const { certificate } = credential;
    const request = this.#request;
    const extra = await this.#read(() => parametersOf(provider, request), 'The parameters');
    const attempt = attemptOf(provider, { url: tokenUrl, claims }, request, extra);
    await this.#read(
      () => credential.authenticate(attempt, issuer, contextOf(provider, request)),
      'The client authentication',
    );
    if (attempt.url !== tokenUrl && !isSecureAddress(attempt.url)) {
      throw invalidConfiguration(['clientAuthentication: set a url that is no https URL'], provider.name);
    }
    let provedNonce: string | undefined;
    if (dpop !== undefined) {
      const target = { method: attempt.method, url: new URL(attempt.url) };
      const { proof, nonce } = await this.#read(() => dpop.proof(target), 'The DPoP proof');
      attempt.headers['dpop'] = proof;
      provedNonce = nonce;
    }
    for (const shown of sensitiveValuesOf(attempt, provider.dialect)) this.#errorContext.secrets.add(shown);
    const message = encodeAttempt(attempt, provider.dialect);

    await beforeSend(attempt.url);
    const requested = clock.instant();
    let answer: TokenResponse;
    try {
      answer = await connection(message, deadline.signal, certificate?.agent);
    } catch (error) {
      this.#throwIfOver();
      return this.#withoutAnswer(error, attempt.url, certificate !== undefined);
    }
    const nonce = dpop?.rememberNonce(new URL(attempt.url), answer.headers);
    // Compared with the nonce of this attempt's proof: another attempt may have learned the new one first.
    const hasNewNonce = nonce !== undefined && nonce !== provedNonce;
    const outcome = outcomeOf(answer, { request, requested, credential }, this.#errorContext, clock);
    const wantsNonce = hasNewNonce && 'error' in outcome && outcome.error.oauthError === 'use_dpop_nonce';
    return wantsNonce ? { ...outcome, wantsNonce: true } : outcome;
  }

  #withoutAnswer(error: unknown, url: string, hasCertificate: boolean): Failure {
    const context = this.#errorContext;
    if (error instanceof ResponseTooLarge) {
      return { error: failures.unusable(error.message, false, undefined, context), isRetryable: false };
    }
    const failure = unreachable(error, url, context);
    const isRetryable = failure.retryable && !isTlsProblem(failure.cause, hasCertificate);
    return { error: failure, isRetryable, isUnreachable: true };
  }

  async #pauseBefore(attempt: number, { error, isZeroLifetime = false }: Failure): Promise<void> {
    const { clock } = this.#deps;
    const { deadline } = this.#context;
    const backOff = backOffMs(attempt - 1, Math.random(), isZeroLifetime);
    const delayMs = Math.max(backOff, (error.retryAt ?? 0) - clock.now());
    if (delayMs >= deadline.remainingMs()) throw error;
    try {
      // A timer may fire a little early; a server that named a time would refuse the attempt.
      await sleep(Math.ceil(delayMs) + 1, undefined, { signal: deadline.signal, ref: false });
    } catch {
      this.#throwIfOver();
    }
  }

  /** Reads an input, such as the result of a configured function, within the deadline. */
  async #read<T>(input: () => T | Promise<T>, what = 'The credentials'): Promise<T> {
    try {
      const reading = input();
      return reading instanceof Promise ? await this.#context.deadline.run(reading) : reading;
    } catch (error) {
      this.#throwIfOver();
      const { label, cause } = error instanceof InputFailure ? error : new InputFailure(what, error);
      throw cause instanceof ClientCredentialsError
        ? cause
        : failures.inputFailed(label, cause, this.#errorContext);
    }
  }

  #throwIfOver(): void {
    this.#context.signal.throwIfAborted();
    if (this.#context.deadline.hasExpired) throw failures.timedOut(this.#errorContext, this.#lastError);
  }
}

/** Whether another secret or key may help. An assertion that is the grant is refused as `invalid_grant` (RFC 7523 §3.1). */
function isCredentialRefusal(error: ClientCredentialsError, { config }: Provider): boolean {
  const { code, endpointStatus, oauthError } = error;
  if (code !== 'token_request_rejected') return false;
  const isGrantRefusal = config.grant !== undefined && oauthError === 'invalid_grant';
  return isGrantRefusal || isCredentialsRefusal(endpointStatus, oauthError);
}
