import type { ProviderConfig } from 'nestjs-client-credentials/core';

/** What a provider documents, for one preset with certain options. */
export interface ProviderCase {
  /** The preset and what is special about these options. */
  readonly title: string;
  /** Makes the configuration. */
  readonly config: () => ProviderConfig;
  /** The token request, byte for byte. `{jwt}` in the body stands for the assertion. */
  readonly request: {
    readonly url: string;
    /** Further headers than `accept` and `content-type`. */
    readonly headers?: Readonly<Record<string, string>>;
    readonly body: string;
    readonly assertion?: {
      readonly header: object;
      readonly claims: object;
      readonly lifetimeSeconds: number;
    };
  };
  /** The answer. Its token is `the-token`. */
  readonly answer: object;
  /** Seconds that the token lives, as the library understands the answer. */
  readonly lifetimeSeconds: number;
  /** An API call, and what arrives. */
  readonly call: {
    /** What the application calls. */
    readonly path: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
  };
  /** An error answer, and what the library makes of it. */
  readonly error: {
    readonly status: number;
    readonly body: object;
    readonly oauthError?: string | undefined;
    readonly message: RegExp;
    /** Set where the body is that of RFC 6749 §5.2, and not quoted from the provider's documentation. */
    readonly isStandard?: true;
  };
}

export const BEARER = { authorization: 'Bearer the-token' };
export const ID = 'an-id';
export const SECRET = 's3cr+t/&';
export const CREDENTIALS = { clientId: ID, clientSecret: SECRET };
/** `an-id:s3cr+t/&`, each part form-encoded (RFC 6749 §2.3.1). */
export const BASIC = { authorization: `Basic ${Buffer.from('an-id:s3cr%2Bt%2F%26').toString('base64')}` };
export const POST = 'client_id=an-id&client_secret=s3cr%2Bt%2F%26';
/** Parameters of a client assertion (RFC 7523 §2.2). */
export const ASSERTION =
  'client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion={jwt}';
/** Parameters of a JWT that is the grant (RFC 7523 §2.1). */
export const JWT_GRANT = 'grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer';
/** A refusal in the words of RFC 6749 §5.2. */
export const INVALID_CLIENT = {
  status: 401,
  body: { error: 'invalid_client' },
  oauthError: 'invalid_client',
  isStandard: true,
} as const;
