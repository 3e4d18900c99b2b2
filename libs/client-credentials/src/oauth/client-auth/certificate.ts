import { LRUCache } from 'lru-cache';
import { createHash, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { createSecureContext } from 'node:tls';
import { isObject } from '../../base/objects.js';
import type { Certificate, Lazy } from '../../config/credentials.js';
import { isPem } from '../../config/signing-key.js';
import { UnusableInput } from './private-key.js';

// One for each time it is rotated while a token lives.
const MAX_RECENT = 10;

/** A client certificate, ready to be presented. */
export interface ClientCertificate {
  /** The SHA-256 of the certificate, as tokens name it. @see RFC 8705 §3.1 (`x5t#S256`) */
  readonly thumbprint: string;
  /** Connections that present it. */
  readonly agent: Agent;
  /** When it ends, epoch milliseconds. */
  readonly endsAt: number;
}

/** Where a client's certificate comes from. Connections are kept as long as nothing of it changes. */
export class CertificateSource {
  readonly mayChange: boolean;
  readonly #configured: Lazy<Certificate>;
  #last: { fingerprint: string; certificate: ClientCertificate } | undefined;
  /** Those that tokens may still be bound to. */
  readonly #recent = new LRUCache<string, ClientCertificate>({ max: MAX_RECENT });

  constructor(configured: Lazy<Certificate>) {
    this.#configured = configured;
    this.mayChange = typeof configured === 'function' || partsOf(configured).some((part) => !isPem(part));
  }

  /** The certificate as it was read last. */
  get current(): ClientCertificate | undefined {
    return this.#last?.certificate;
  }

  /** One that was in use a while ago, or is now. */
  find(thumbprint: string): ClientCertificate | undefined {
    return this.#recent.get(thumbprint);
  }

  /** The certificate as it is now. */
  async read(): Promise<ClientCertificate> {
    if (this.#last !== undefined && !this.mayChange) return this.#last.certificate;
    const configured = this.#configured;
    const given: unknown = typeof configured === 'function' ? await configured() : configured;
    if (!isCertificate(given)) {
      throw new UnusableInput('certificate gave something else than { cert, key, ca?, passphrase? }');
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
      const certificate = presentable(pems);
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

function presentable(pems: Pems): ClientCertificate {
  try {
    createSecureContext(pems);
    const { raw, validTo } = new X509Certificate(pems.cert);
    // Node's own agent has these; and none may be talked into trusting anybody by the environment.
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
      'certificate cannot be used: see that cert and key are PEM and belong together, and the passphrase',
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
