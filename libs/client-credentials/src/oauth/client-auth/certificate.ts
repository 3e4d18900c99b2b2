import { createHash, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { createSecureContext } from 'node:tls';
import { LruMap } from '../../base/lru-map.js';
import { isObject } from '../../base/objects.js';
import type { Certificate, Lazy } from '../../config/credentials.js';
import { isPem } from '../../config/signing-key.js';
import { UnusableInput } from './private-key.js';

// Certificates that live tokens may be bound to: one per rotation during a token's life.
const MAX_RECENT = 10;

/** A parsed client certificate with the agent that presents it. */
export interface ClientCertificate {
  /** SHA-256 of the certificate, as in a token's `x5t#S256`. @see RFC 8705 §3.1 */
  readonly thumbprint: string;
  /** Agent whose connections present the certificate. */
  readonly agent: Agent;
  /** Expiry of the certificate, epoch milliseconds. */
  readonly endsAt: number;
}

/** Reads a client's certificate. The agent, and so its connections, is kept until the certificate changes. */
export class CertificateSource {
  readonly mayChange: boolean;
  readonly #configured: Lazy<Certificate>;
  #last: { fingerprint: string; certificate: ClientCertificate } | undefined;
  /** Recent certificates by thumbprint, for tokens that are bound to an earlier certificate. */
  readonly #recent = new LruMap<string, ClientCertificate>(MAX_RECENT);

  constructor(configured: Lazy<Certificate>) {
    this.#configured = configured;
    this.mayChange = typeof configured === 'function' || partsOf(configured).some((part) => !isPem(part));
  }

  /** The certificate of the last read. */
  get current(): ClientCertificate | undefined {
    return this.#last?.certificate;
  }

  /** The current or a recent certificate with this thumbprint. */
  find(thumbprint: string): ClientCertificate | undefined {
    return this.#recent.get(thumbprint);
  }

  /** Reads the certificate again if a file or function may have changed. */
  async read(): Promise<ClientCertificate> {
    if (this.#last !== undefined && !this.mayChange) return this.#last.certificate;
    const configured = this.#configured;
    const given: unknown = typeof configured === 'function' ? await configured() : configured;
    if (!isCertificate(given)) {
      throw new UnusableInput(
        'certificate did not give { cert, key, ca?, passphrase? }: return an object of this shape',
      );
    }
    const { cert, key, passphrase } = given;
    const [certPem = '', keyPem = '', ...ca] = await Promise.all(
      [cert, key, ...[given.ca ?? []].flat()].map(readPem),
    );
    const pems = {
      cert: certPem,
      key: keyPem,
      ...(ca.length > 0 && { ca }),
      ...(passphrase && { passphrase }),
    };
    const fingerprint = createHash('sha256').update(JSON.stringify(pems)).digest('base64url');
    if (this.#last?.fingerprint !== fingerprint) {
      const certificate = clientCertificateOf(pems);
      this.#last = { fingerprint, certificate };
      this.#recent.set(certificate.thumbprint, certificate);
    }
    return this.#last.certificate;
  }
}

interface Pems {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string[];
  readonly passphrase?: string;
}

function clientCertificateOf(pems: Pems): ClientCertificate {
  try {
    createSecureContext(pems);
    const { raw, validTo } = new X509Certificate(pems.cert);
    // Options of Node's global agent; `rejectUnauthorized` overrides NODE_TLS_REJECT_UNAUTHORIZED.
    const agent = new Agent({
      ...pems,
      keepAlive: true,
      scheduling: 'lifo',
      timeout: 5_000,
      rejectUnauthorized: true,
    });
    return {
      thumbprint: createHash('sha256').update(raw).digest('base64url'),
      agent,
      endsAt: Date.parse(validTo),
    };
  } catch {
    throw new UnusableInput(
      'certificate cannot be used: check that cert and key are PEM and belong together, and check the passphrase',
    );
  }
}

async function readPem(part: string): Promise<string> {
  return isPem(part) ? part : readFile(part, 'utf8');
}

function partsOf({ cert, key, ca = [] }: Certificate): string[] {
  return [cert, key, ca].flat();
}

function isCertificate(given: unknown): given is Certificate {
  if (!isObject(given)) return false;
  const { cert, key, ca = [] } = given;
  return [cert, key, ca].flat().every((part) => typeof part === 'string');
}
