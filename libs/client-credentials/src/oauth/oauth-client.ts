import type { Agent } from 'node:https';
import type { InstantClock } from '../base/clock.js';
import { ClientCredentialsError } from '../base/errors.js';
import type { GrantContext, TokenGrant, IssuedToken } from '../token/issued-token.js';
import type { ProofSigner } from '../token/attachment.js';
import type { Provider } from '../config/resolve.js';
import type { ResolvedRequest } from '../token/token-key.js';
import { Deadline } from '../base/abort.js';
import { GrantRequest, type GrantDeps } from './grant-request.js';
import * as failures from './errors.js';
import { CertificateSource } from './client-auth/certificate.js';
import { credentialSourceOf } from './client-auth/credentials.js';
import { DpopKey } from './client-auth/dpop.js';
import { serverLocatorOf, type ServerLocator } from './server/locator.js';
import { connectionOf } from './connection/own-connection.js';

/** Parts that a client takes over from the client before it, or from others of the same provider. */
export interface CarriedOver {
  /** The key that tokens are bound to, if it was generated: present tokens are of use with no other key. */
  readonly dpop?: DpopKey | undefined;
  /** Where the server was found. */
  readonly locate?: ServerLocator | undefined;
}

/** Requests a provider's tokens, and knows the key and certificates that tokens are bound to. */
export class OAuthClient implements TokenGrant {
  readonly isBound: boolean;
  readonly #deps: GrantDeps;
  readonly #certificates: CertificateSource | undefined;

  constructor(provider: Provider, clock: InstantClock, carriedOver: CarriedOver = {}) {
    const { dpop: dpopOptions, certificate, tokenRequest } = provider.config;
    const dpop = dpopOptions && (carriedOver.dpop ?? new DpopKey(dpopOptions));
    const certificates = certificate && new CertificateSource(certificate);
    const connection = connectionOf(tokenRequest?.axios);
    const locate = carriedOver.locate ?? serverLocatorOf(provider, connection, clock);
    const credentials = credentialSourceOf(provider, certificates, clock);
    this.isBound = dpop !== undefined || certificates !== undefined;
    this.#deps = { provider, clock, credentials, locate, connection, dpop };
    this.#certificates = certificates;
  }

  get carriedOver(): CarriedOver {
    const { dpop, locate } = this.#deps;
    return { dpop, locate };
  }

  /** Signs proofs with the key that tokens are bound to; `undefined` without such a key. */
  get proofSigner(): ProofSigner | undefined {
    return this.#deps.dpop;
  }

  /** Agent whose connections present the certificate that a token is bound to. */
  agentOf({ boundTo }: IssuedToken): Agent | undefined {
    return this.#certificates?.find(boundTo?.split(' ').at(-1) ?? '')?.agent;
  }

  async binding(signal: AbortSignal): Promise<string | undefined> {
    const { dpop } = this.#deps;
    const certificates = this.#certificates;
    const jkt = dpop && (await this.#read('The DPoP key', () => dpop.thumbprint(), signal));
    const x5t = certificates && (await this.#read('The certificate', () => certificates.read(), signal));
    return bindingOf(jkt, x5t?.thumbprint);
  }

  async request(request: ResolvedRequest, context: GrantContext): Promise<IssuedToken> {
    const token = await new GrantRequest(this.#deps, request, context).run();
    const { dpop } = this.#deps;
    if (dpop === undefined) return token;
    const boundTo = bindingOf(await dpop.thumbprint(), token.boundTo);
    return boundTo === undefined ? token : { ...token, boundTo };
  }

  async #read<T>(what: string, read: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const { provider } = this.#deps;
    const context = { provider, secrets: [] };
    const deadline = new Deadline(provider.timeoutMs, { parent: signal });
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
