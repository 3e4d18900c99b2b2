import type { Agent } from 'node:https';
import type { InstantClock } from '../base/clock.js';
import { ClientCredentialsError } from '../base/errors.js';
import type { GrantContext, TokenGrant, IssuedToken } from '../token/issued-token.js';
import type { ProofSigner } from '../token/attachment.js';
import type { Provider } from '../config/resolve.js';
import type { ResolvedRequest } from '../token/token-key.js';
import { Deadline } from '../base/abort.js';
import { GrantRequest } from './grant-request.js';
import * as failures from './errors.js';
import { CertificateSource } from './client-auth/certificate.js';
import { credentialSourceOf, type CredentialSource } from './client-auth/credentials.js';
import { DpopKey } from './client-auth/dpop.js';
import { serverLocatorOf, type ServerLocator } from './server/locator.js';
import { createTokenEndpoint, type TokenEndpoint } from './token-endpoint.js';

/** What a client may take over from one before it, or from others of the same provider. */
export interface CarriedOver {
  /** The key that tokens are bound to, if it was made here: tokens that are there are of use with no other. */
  readonly dpop?: DpopKey | undefined;
  /** Where the server was found. */
  readonly locate?: ServerLocator | undefined;
}

/** Acquires a provider's tokens, and knows what they are bound to. */
export class OAuthClient implements TokenGrant {
  readonly #provider: Provider;
  readonly #clock: InstantClock;
  readonly #dpop: DpopKey | undefined;
  readonly #certificates: CertificateSource | undefined;
  readonly #credentials: CredentialSource;
  readonly #endpoint: TokenEndpoint;
  readonly #locate: ServerLocator;

  constructor(provider: Provider, clock: InstantClock, heirloom: CarriedOver = {}) {
    const { dpop, certificate, tokenRequest } = provider.config;
    this.#provider = provider;
    this.#clock = clock;
    this.#dpop = dpop && (heirloom.dpop ?? new DpopKey(dpop));
    this.#certificates = certificate && new CertificateSource(certificate);
    this.#credentials = credentialSourceOf(provider, this.#certificates, clock);
    this.#endpoint = createTokenEndpoint(tokenRequest?.axios);
    this.#locate = heirloom.locate ?? serverLocatorOf(provider, this.#endpoint, clock);
  }

  get carriedOver(): CarriedOver {
    return { dpop: this.#dpop, locate: this.#locate };
  }

  /** Proves possession of the key that tokens are bound to, if they are. */
  get proofSigner(): ProofSigner | undefined {
    return this.#dpop;
  }

  /** The connections that present the certificate which a token is bound to. */
  agentOf({ boundTo }: IssuedToken): Agent | undefined {
    return this.#certificates?.find(boundTo?.split(' ').at(-1) ?? '')?.agent;
  }

  get isBound(): boolean {
    return this.#dpop !== undefined || this.#certificates !== undefined;
  }

  async binding(signal: AbortSignal): Promise<string | undefined> {
    const dpop = this.#dpop;
    const certificates = this.#certificates;
    const jkt = dpop && (await this.#read('The DPoP key', () => dpop.thumbprint(), signal));
    const x5t = certificates && (await this.#read('The certificate', () => certificates.read(), signal));
    return bindingOf(jkt, x5t?.thumbprint);
  }

  async request(request: ResolvedRequest, context: GrantContext): Promise<IssuedToken> {
    const deps = {
      provider: this.#provider,
      clock: this.#clock,
      credentials: this.#credentials,
      locate: this.#locate,
      endpoint: this.#endpoint,
      dpop: this.#dpop,
    };
    const token = await new GrantRequest(deps, request, context).run();
    if (this.#dpop === undefined) return token;
    const boundTo = bindingOf(await this.#dpop.thumbprint(), token.boundTo);
    return boundTo === undefined ? token : { ...token, boundTo };
  }

  async #read<T>(what: string, read: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const context = { provider: this.#provider, secrets: [] };
    const deadline = new Deadline(this.#provider.timeoutMs, { parent: signal });
    try {
      return await deadline.run(read());
    } catch (error) {
      signal.throwIfAborted();
      if (deadline.hasExpired) throw failures.timedOut(context);
      throw error instanceof ClientCredentialsError ? error : failures.inputFailed(what, error, context);
    } finally {
      deadline.clear();
    }
  }
}

function bindingOf(...thumbprints: (string | undefined)[]): string | undefined {
  const known = thumbprints.filter((thumbprint) => thumbprint !== undefined);
  return known.length === 0 ? undefined : known.join(' ');
}
