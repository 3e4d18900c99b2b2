import { createHash } from 'node:crypto';
import { invalidConfiguration } from '../base/errors.js';

/** A key of 32 bytes: as they are, or in base64url. */
export type EncryptionKey = Uint8Array | string;

/** Writes and reads the values of a store. */
export interface ValueCipher {
  seal(key: string, value: string): Promise<string>;
  /** The value; `undefined` if it is damaged, of another key, or was not sealed here. */
  open(key: string, sealed: string): Promise<string | undefined>;
}

const KEY_BYTES = 32;
const ALGORITHMS = { alg: 'dir', enc: 'A256GCM' } as const;

const CLEAR: ValueCipher = {
  seal: async (_, value) => value,
  open: async (_, sealed) => sealed,
};

/**
 * How a store's values are written: encrypted, and bound to the key they are kept under, so that a copy elsewhere is worth nothing;
 * or in clear, which must be asked for by name. The first key encrypts, all decrypt.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` for a key that is not 32 bytes
 * @see RFC 7516; RFC 7518 §4.5, §5.3
 */
export function cipherOf(encryptionKeys: readonly EncryptionKey[] | 'plaintext'): ValueCipher {
  if (encryptionKeys === 'plaintext') return CLEAR;
  const keys = checked(encryptionKeys).map((bytes) => ({ bytes, kid: kidOf(bytes) }));
  const [first] = keys;
  if (first === undefined) throw problem('encryptionKeys: must name at least one key');
  // Now, since the first token is no time to load a library.
  const jose = import('jose');
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
        // Damaged, or of a key that is not known here: the reason makes no difference.
      }
      warn();
      return undefined;
    },
  };
}

/** Keys that differ from process to process would else be noticed by nobody: everything works, at the price of more token requests. */
function warningOnce(): () => void {
  let hasWarned = false;
  return () => {
    if (hasWarned) return;
    hasWarned = true;
    process.emitWarning(
      'An entry of the token store could not be decrypted, and counts as absent. See that every process has the same encryptionKeys.',
      'ClientCredentialsWarning',
    );
  };
}

/** A name that tells one key from another and gives nothing of it away. */
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
