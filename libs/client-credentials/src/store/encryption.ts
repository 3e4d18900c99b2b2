import { createHash } from 'node:crypto';
import { invalidConfiguration } from '../base/errors.js';

/** An encryption key of 32 bytes, as bytes or in base64url. */
export type EncryptionKey = Uint8Array | string;

/** Encrypts and decrypts the values of a store. */
export interface ValueCipher {
  /** Returns the value as it is stored under the key. */
  seal(key: string, value: string): Promise<string>;
  /** Returns the value; `undefined` if the stored text is damaged, or was sealed under another key. */
  open(key: string, sealed: string): Promise<string | undefined>;
}

const KEY_BYTES = 32;
const ALGORITHMS = { alg: 'dir', enc: 'A256GCM' } as const;

const CLEAR: ValueCipher = {
  seal: async (_, value) => value,
  open: async (_, sealed) => sealed,
};

/**
 * Creates the cipher of a store. The first encryption key encrypts, all keys decrypt.
 *
 * An encrypted value is bound to its store key, so that a copy under another key cannot be opened. `'plaintext'` stores
 * values in clear.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` for a key that is not 32 bytes
 * @see RFC 7516; RFC 7518 §4.5, §5.3
 */
export function cipherOf(encryptionKeys: readonly EncryptionKey[] | 'plaintext'): ValueCipher {
  if (encryptionKeys === 'plaintext') return CLEAR;
  const keys = checked(encryptionKeys).map((bytes) => ({ bytes, kid: kidOf(bytes) }));
  const [first] = keys;
  if (first === undefined) throw problem('encryptionKeys: must name at least one key');
  // Loaded now, so that the first token does not wait for the package.
  const jose = import('../base/jose.js');
  jose.catch(() => undefined);
  const warn = warningOnce();
  return {
    async seal(key, value) {
      const { CompactEncrypt } = await jose;
      const header = { ...ALGORITHMS, kid: first.kid, key };
      return new CompactEncrypt(Buffer.from(value)).setProtectedHeader(header).encrypt(first.bytes);
    },
    async open(key, sealed) {
      const { compactDecrypt } = await jose;
      try {
        const { plaintext: value, protectedHeader } = await compactDecrypt(
          sealed,
          ({ kid }) => keys.find((each) => each.kid === kid)?.bytes ?? first.bytes,
          { keyManagementAlgorithms: [ALGORITHMS.alg], contentEncryptionAlgorithms: [ALGORITHMS.enc] },
        );
        if (protectedHeader['key'] === key) return new TextDecoder().decode(value);
      } catch {
        // The reason is dropped: a damaged value and an unknown encryption key have the same effect.
      }
      warn();
      return undefined;
    },
  };
}

/** Warns at the first call. Without the warning, different encryption keys only show as additional token requests. */
function warningOnce(): () => void {
  let hasWarned = false;
  return () => {
    if (hasWarned) return;
    hasWarned = true;
    process.emitWarning(
      'A value in the token store could not be decrypted and counts as missing. Use the same encryptionKeys in every process.',
      'ClientCredentialsWarning',
    );
  };
}

/** Key id for the header of a sealed value: a hash, which reveals nothing of the key. */
function kidOf(bytes: Uint8Array): string {
  return createHash('sha256').update('kid').update(bytes).digest('base64url').slice(0, 8);
}

function checked(encryptionKeys: readonly EncryptionKey[]): Uint8Array[] {
  if (!Array.isArray(encryptionKeys)) {
    throw problem("encryptionKeys: must be a list of keys, or 'plaintext' for a store in clear");
  }
  const keys = encryptionKeys.map((key) => (typeof key === 'string' ? Buffer.from(key, 'base64url') : key));
  const wrong = keys.findIndex((key) => !ArrayBuffer.isView(key) || key.byteLength !== KEY_BYTES);
  if (wrong !== -1)
    throw problem(`encryptionKeys.${wrong}: must be ${KEY_BYTES} bytes, as Uint8Array or base64url`);
  return keys;
}

function problem(text: string): Error {
  return invalidConfiguration([text]);
}
