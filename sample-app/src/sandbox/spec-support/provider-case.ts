import type { SandboxOptions, SandboxProvider } from '../sandbox-provider.js';

/** A token request before encoding. */
interface TokenRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  parameters: Record<string, string>;
  encode: (parameters: Record<string, string>) => string;
}

/** Change of the documented token request. */
export type Change = (request: TokenRequest, provider: SandboxProvider) => Partial<TokenRequest>;

/** Documented behaviour of a provider. */
export interface ProviderCase {
  name: string;
  start: (options: SandboxOptions) => Promise<SandboxProvider>;
  /** The documented token request. */
  documented: (provider: SandboxProvider) => Pick<TokenRequest, 'headers' | 'parameters' | 'encode'>;
  /** Body of the documented token response. */
  answer: unknown;
  /** Changed requests that must be accepted. */
  accepted?: [what: string, change: Change][];
  /** Changed requests that must be refused, with status and documented body. */
  refused: [what: string, change: Change, status: number, body: unknown][];
  lifetimeSeconds: number;
  /** An API call that needs a token. */
  call: [method: string, path: string];
  /** Body of the API's 401 whose message matches. */
  refusal: (message: RegExp) => unknown;
}
