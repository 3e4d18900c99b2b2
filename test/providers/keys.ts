import { generateKeyPairSync } from 'node:crypto';
import { selfSigned } from '../support/certificate-authority.js';

/** The key that signs every assertion of the catalogue. */
export const KEY = generateKeyPairSync('rsa', { modulusLength: 2048 });

export const PEM = KEY.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** A client certificate. */
export const CLIENT = await selfSigned('CN=an-id');
