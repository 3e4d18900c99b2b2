import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  EmbeddedJWK,
  jwtVerify,
  type JSONWebKeySet,
  type JWTPayload,
} from 'jose';
import { isObject } from '../../libs/client-credentials/src/base/objects.js';
import type { CertificateAuthority } from './certificate-authority.js';
import { listen } from './listen.js';

/** Options of {@link startBindingApi}. */
export interface BindingApiOptions {
  /** Issuer of the accepted tokens. */
  issuer: string;
  jwks: JSONWebKeySet;
  audience: string;
  authority?: CertificateAuthority;
}

/** A received request and the status of its response. */
interface CheckedRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly status: number;
  readonly body: string;
}

/** An API that verifies DPoP and certificate bindings of tokens. */
export interface BindingApi extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly CheckedRequest[];
  /** Nonce that proofs must contain, if any. */
  nonce: string | undefined;
  /** Target of a 307 redirect, by path. */
  readonly redirects: Map<string, string>;
  /** Tokens that the API refuses. */
  readonly revoked: Set<string>;
}

/** Thrown to refuse a request; the message is the challenge. */
class Refused extends Error {}

/** Starts the API on loopback. */
export async function startBindingApi(options: BindingApiOptions): Promise<BindingApi> {
  const requests: CheckedRequest[] = [];
  const check = new RequestCheck(options);
  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { url = '', method = '', headers } = request;
    const answer = await check.answer(request, api.url);
    const body = Buffer.concat(chunks).toString();
    requests.push({ url, method, headers, status: answer.status, body });
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers }).end('{}');
  };
  const { authority } = options;
  const tls = authority && {
    ...(await authority.issueServer()),
    ca: authority.cert,
    requestCert: true,
    rejectUnauthorized: false,
  };
  const { url, close } = await listen((...args) => void listener(...args), tls);
  const api: BindingApi = Object.assign(check, { url, requests, [Symbol.asyncDispose]: close });
  return api;
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
}

/** Checks requests. */
class RequestCheck {
  nonce: string | undefined;
  readonly redirects = new Map<string, string>();
  readonly revoked = new Set<string>();
  readonly #options: BindingApiOptions;
  readonly #keys: ReturnType<typeof createLocalJWKSet>;
  readonly #proofs = new Set<string>();

  constructor(options: BindingApiOptions) {
    this.#options = options;
    this.#keys = createLocalJWKSet(options.jwks);
  }

  async answer(request: IncomingMessage, origin: string): Promise<Answer> {
    const nonce: Record<string, string> = this.nonce === undefined ? {} : { 'dpop-nonce': this.nonce };
    try {
      await this.#check(request, origin);
    } catch (error) {
      const challenge =
        error instanceof Refused
          ? error.message
          : `Bearer error="invalid_token", error_description="${String(error)}"`;
      return { status: 401, headers: { ...nonce, 'www-authenticate': challenge } };
    }
    const location = this.redirects.get(new URL(request.url ?? '', origin).pathname);
    return location === undefined
      ? { status: 200, headers: nonce }
      : { status: 307, headers: { ...nonce, location } };
  }

  async #check(request: IncomingMessage, origin: string): Promise<void> {
    const [scheme, token = ''] = request.headers.authorization?.split(' ') ?? [];
    if (this.revoked.has(token)) throw new Refused(`${scheme} error="invalid_token"`);
    const { issuer, audience } = this.#options;
    const { payload } = await jwtVerify(token, this.#keys, { issuer, audience });
    const { jkt, 'x5t#S256': x5t } = confirmationOf(payload);
    if (x5t !== undefined && x5t !== thumbprintOf(request)) {
      throw new Refused('Bearer error="invalid_token", error_description="not the certificate"');
    }
    if ((scheme === 'DPoP') !== (jkt !== undefined)) throw new Refused('DPoP error="invalid_token"');
    if (jkt !== undefined) await this.#checkProof(request, { origin, token, jkt });
  }

  async #checkProof(
    { headers, method, url }: IncomingMessage,
    { origin, token, jkt }: { origin: string; token: string; jkt: unknown },
  ): Promise<void> {
    const proof = String(headers['dpop']);
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      maxTokenAge: 60,
    });
    const expected = {
      htm: method,
      htu: `${origin}${new URL(url ?? '', origin).pathname}`,
      ath: createHash('sha256').update(token).digest('base64url'),
    };
    for (const [claim, value] of Object.entries(expected)) {
      if (payload[claim] !== value)
        throw new Refused(`DPoP error="invalid_dpop_proof", error_description="${claim}"`);
    }
    if (protectedHeader.jwk === undefined || (await calculateJwkThumbprint(protectedHeader.jwk)) !== jkt) {
      throw new Refused('DPoP error="invalid_token", error_description="not the key"');
    }
    if (payload.jti === undefined || this.#proofs.has(payload.jti))
      throw new Refused('DPoP error="invalid_dpop_proof", error_description="jti"');
    this.#proofs.add(payload.jti);
    if (this.nonce !== undefined && payload['nonce'] !== this.nonce)
      throw new Refused('DPoP error="use_dpop_nonce"');
  }
}

function confirmationOf({ cnf }: JWTPayload): Record<string, unknown> {
  return isObject(cnf) ? cnf : {};
}

function thumbprintOf({ socket }: IncomingMessage): string | undefined {
  const certificate = (socket as TLSSocket).getPeerX509Certificate?.();
  return certificate && createHash('sha256').update(certificate.raw).digest('base64url');
}
