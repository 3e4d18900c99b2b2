import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** A certificate and its private key, as PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

const KEY = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 365;

x509.cryptoProvider.set(webcrypto as never);

/** A certificate authority that exists for one test. */
export class CertificateAuthority {
  /** Certificate of the authority, for `ca` options. */
  readonly cert: string;
  readonly #name: string;
  readonly #keys: webcrypto.CryptoKeyPair;

  private constructor(name: string, keys: webcrypto.CryptoKeyPair, cert: string) {
    this.#name = name;
    this.#keys = keys;
    this.cert = cert;
  }

  static async found(name = 'CN=Test Authority'): Promise<CertificateAuthority> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      ...validity({ days: AUTHORITY_DAYS }),
      name,
      keys,
      signingAlgorithm: KEY,
      extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
    });
    return new CertificateAuthority(name, keys, certificate.toString('pem'));
  }

  /** Issues a certificate for a server, on loopback unless it names another host. */
  issueServer({
    host,
    ...when
  }: { host?: string; days?: number; startsInDays?: number } = {}): Promise<Identity> {
    const names: x509.JsonGeneralName[] =
      host === undefined
        ? [
            { type: 'dns', value: 'localhost' },
            { type: 'ip', value: '127.0.0.1' },
          ]
        : [{ type: 'dns', value: host }];
    return this.#issue(`CN=${host ?? 'localhost'}`, [new x509.SubjectAlternativeNameExtension(names)], when);
  }

  /** Issues a certificate for a client. */
  issueClient(subject: string): Promise<Identity> {
    return this.#issue(subject);
  }

  async #issue(subject: string, extensions: x509.Extension[] = [], when: When = {}): Promise<Identity> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      ...validity(when),
      subject,
      issuer: this.#name,
      signingKey: this.#keys.privateKey,
      publicKey: keys.publicKey,
      signingAlgorithm: KEY,
      extensions,
    });
    return identityOf(certificate, keys);
  }
}

/** Creates a self-signed certificate. */
export async function selfSigned(name: string): Promise<Identity> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(),
    name,
    keys,
    signingAlgorithm: KEY,
  });
  return identityOf(certificate, keys);
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
}

async function identityOf(
  certificate: x509.X509Certificate,
  { privateKey }: webcrypto.CryptoKeyPair,
): Promise<Identity> {
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', privateKey);
  return { cert: certificate.toString('pem'), key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') };
}

interface When {
  readonly days?: number;
  readonly startsInDays?: number;
}

/** A time until `days` days from now: from yesterday or the day before the end, unless it starts later. */
function validity({ days = 1, startsInDays }: When = {}): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  const notAfter = now + days * DAY_MS;
  const notBefore =
    startsInDays === undefined ? Math.min(now, notAfter) - DAY_MS : now + startsInDays * DAY_MS;
  return { notBefore: new Date(notBefore), notAfter: new Date(notAfter) };
}
