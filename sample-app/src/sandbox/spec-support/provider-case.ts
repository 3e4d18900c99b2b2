import type { SandboxOptions, SandboxProvider } from '../sandbox-provider.js';

/** A token request before it is written to the wire. */
interface TokenRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  parameters: Record<string, string>;
  encode: (parameters: Record<string, string>) => string;
}

/** What a case changes in the request that the provider's page describes. */
export type Change = (request: TokenRequest, provider: SandboxProvider) => Partial<TokenRequest>;

/** What a provider's page says, as far as the wire shows it. */
export interface ProviderCase {
  name: string;
  start: (options: SandboxOptions) => Promise<SandboxProvider>;
  /** The token request of the page. */
  documented: (provider: SandboxProvider) => Pick<TokenRequest, 'headers' | 'parameters' | 'encode'>;
  /** Its answer. */
  answer: unknown;
  /** Other requests that must do. */
  accepted?: [what: string, change: Change][];
  /** Requests that must not, with the status and the documented body. */
  refused: [what: string, change: Change, status: number, body: unknown][];
  lifetimeSeconds: number;
  /** A call that needs a token. */
  call: [method: string, path: string];
  /** The body of the API's 401, with what its message matches. */
  refusal: (message: RegExp) => unknown;
}
