import type { Agent } from 'node:https';
import type { TokenResponse } from '../response-body.js';
import type { WireRequest } from '../token-request.js';

/** The largest token response, in bytes, decompressed. */
export const MAX_RESPONSE_BYTES: number = 1024 * 1024;

/** Thrown for a response that is too large for a token response. */
export class ResponseTooLarge extends Error {
  constructor() {
    super(`is larger than ${MAX_RESPONSE_BYTES} bytes`);
  }
}

/** Sends a request to the authorization server and returns the response of any status. Rejects if no response arrives. */
export type Connection = (
  request: WireRequest,
  signal: AbortSignal,
  httpsAgent?: Agent,
) => Promise<TokenResponse>;

/** A response, with its headers by lower-case name. */
export function tokenResponse(status: number, headers: object, body: Uint8Array): TokenResponse {
  const named = Object.entries(headers).map(([name, value]: [string, unknown]) => [
    name.toLowerCase(),
    Array.isArray(value) ? cookiesOf(value) : String(value),
  ]);
  return { status, headers: Object.fromEntries(named), text: new TextDecoder().decode(body) };
}

/** `Set-Cookie` headers as one `Cookie` header, without attributes. Only they arrive as a list. @see RFC 6265 §4.2.1 */
function cookiesOf(headers: readonly unknown[]): string {
  return headers.map((header) => String(header).split(';', 1)[0]).join('; ');
}
