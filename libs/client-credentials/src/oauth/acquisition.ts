import { setTimeout as sleep } from 'node:timers/promises';
import { momentOf, type Clock } from '../core/clock.js';
import type { Parameters } from '../core/dialect.js';
import { ClientCredentialsError } from '../core/errors.js';
import type { AcquisitionContext, IssuedToken } from '../core/issued-token.js';
import type { Provider } from '../core/provider.js';
import type { ResolvedRequest } from '../core/token-key.js';
import { unlessAborted } from '../core/wait.js';
import * as failures from './acquisition-errors.js';
import type { TokenAnswer } from './answer.js';
import { clientAuthenticationOf, usesSecret } from './client-authentication.js';
import type { SecretSource } from './client-secrets.js';
import type { Deadline } from './deadline.js';
import { backOffMs } from './retry.js';
import { secretsOf } from './secrets-of-attempt.js';
import { AnswerTooLarge, type TokenEndpoint } from './token-endpoint.js';
import { attemptOf, encodeAttempt } from './token-request.js';
import { readAnswer, tokensIn } from './token-response.js';

/** What an acquisition works with. */
export interface AcquisitionTools {
  readonly provider: Provider;
  readonly clock: Clock;
  readonly secrets: SecretSource;
  readonly endpoint: TokenEndpoint;
  readonly deadline: Deadline;
}

/** An attempt that brought no token. */
interface Failure {
  readonly error: ClientCredentialsError;
  /** Whether another attempt may fare better. */
  readonly mayPass: boolean;
  readonly isZeroLifetime?: boolean;
}

type Outcome = { readonly token: IssuedToken } | Failure;

/** One acquisition: attempt after attempt, each with a proof of its own, under one deadline. */
export class Acquisition {
  readonly #tools: AcquisitionTools;
  readonly #request: ResolvedRequest;
  readonly #context: AcquisitionContext;
  /** Everything that no error may show. */
  readonly #secrets = new Set<string>();
  /** The client's secrets as they were read last, and how often they were. */
  #known: readonly string[] = [];
  #readings = 0;
  #lastError: ClientCredentialsError | undefined;

  constructor(tools: AcquisitionTools, request: ResolvedRequest, context: AcquisitionContext) {
    this.#tools = tools;
    this.#request = request;
    this.#context = context;
    if (context.lastToken !== undefined) this.#secrets.add(context.lastToken);
  }

  async run(): Promise<IssuedToken> {
    const { secrets, provider } = this.#tools;
    const refused = new Set<string>();
    let secret = await this.#nextSecret(refused);
    for (let attempt = 1; ;) {
      const outcome = await this.#attempt(secret);
      if ('token' in outcome) {
        if (secret !== undefined) secrets.accepted(secret);
        return outcome.token;
      }
      this.#lastError = outcome.error;
      if (secret !== undefined && usesSecret(provider) && isSecretRefusal(outcome.error)) {
        refused.add(secret);
        // What cannot be read again cannot be tried: the refusal stands.
        secret = await this.#nextSecret(refused).catch(() => undefined);
        this.#throwIfOver();
        if (secret === undefined) throw outcome.error;
        continue;
      }
      if (!outcome.mayPass || attempt >= provider.attempts) throw outcome.error;
      await this.#pauseBefore(++attempt, outcome);
    }
  }

  /**
   * The first secret that was not refused yet. A function is read once more after the first refusal, since the secret
   * may just have been rotated; not again and again, since it may give another every time.
   */
  async #nextSecret(refused: ReadonlySet<string>): Promise<string | undefined> {
    const { secrets } = this.#tools;
    if (this.#readings === 0 || (this.#readings === 1 && secrets.mayChange)) {
      this.#readings += 1;
      this.#known = await this.#input('The client secret', () => secrets.read());
      for (const secret of this.#known) this.#secrets.add(secret);
    }
    return this.#known.find((secret) => !refused.has(secret));
  }

  async #attempt(secret: string | undefined): Promise<Outcome> {
    const { provider, clock, endpoint, deadline } = this.#tools;
    const attempt = attemptOf(provider, this.#request, await this.#extraParameters());
    const authenticate = clientAuthenticationOf(provider, secret);
    await this.#input('The client authentication', async () => authenticate(attempt));
    for (const shown of secretsOf(attempt, provider.dialect)) this.#secrets.add(shown);

    const requested = momentOf(clock);
    this.#context.onSend();
    let answer: TokenAnswer;
    try {
      answer = await endpoint(encodeAttempt(attempt, provider.dialect), deadline.signal);
    } catch (error) {
      this.#throwIfOver();
      if (error instanceof AnswerTooLarge) {
        const tooLarge = failures.unusable(error.message, false, undefined, this.#errorContext());
        return { error: tooLarge, mayPass: false };
      }
      return { error: failures.unreachable(error, this.#errorContext()), mayPass: true };
    }
    for (const token of tokensIn(answer, provider.dialect)) this.#secrets.add(token);
    const reading = readAnswer(answer, provider, this.#request, requested);
    switch (reading.kind) {
      case 'token':
        return { token: reading.token };
      case 'rejected':
        return { error: failures.rejected(answer, this.#errorContext(), clock.now()), mayPass: false };
      case 'unavailable':
        return { error: failures.unavailable(answer, this.#errorContext(), clock.now()), mayPass: true };
      case 'unusable': {
        const { why, mayPass, isZeroLifetime = false } = reading;
        const error = failures.unusable(why, mayPass, answer.status, this.#errorContext());
        return { error, mayPass, isZeroLifetime };
      }
    }
  }

  async #extraParameters(): Promise<Parameters> {
    const { parameters } = this.#tools.provider.config;
    if (typeof parameters !== 'function') return this.#request.parameters;
    const { scopes, audience, resources } = this.#request;
    const context = {
      scope: [...scopes],
      resource: [...resources],
      ...(audience !== undefined && { audience }),
    };
    const given = await this.#input('The parameters', async () => parameters(context));
    return { ...given, ...this.#request.parameters };
  }

  async #pauseBefore(attempt: number, { error, isZeroLifetime = false }: Failure): Promise<void> {
    const { clock, deadline } = this.#tools;
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
      return await unlessAborted(read(), this.#tools.deadline.signal);
    } catch (error) {
      this.#throwIfOver();
      throw error instanceof ClientCredentialsError
        ? error
        : failures.inputFailed(what, error, this.#errorContext());
    }
  }

  #throwIfOver(): void {
    this.#context.signal.throwIfAborted();
    if (this.#tools.deadline.hasPassed()) throw failures.timedOut(this.#errorContext(), this.#lastError);
  }

  #errorContext(): failures.ErrorContext {
    return { provider: this.#tools.provider, secrets: this.#secrets };
  }
}

function isSecretRefusal(error: ClientCredentialsError): boolean {
  return error.code === 'token_request_rejected' && failures.isCredentialsRefusal(error, error.oauthError);
}
