import type { IncomingMessage, ServerResponse } from 'node:http';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Headers of every response. `no-transform` keeps compressing middleware from holding events back. */
export const HEADERS: Readonly<Record<string, string>> = Object.freeze({
  'cache-control': 'no-store, no-transform',
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex',
});

/** Answers a request as a whole; without the body, if the method is HEAD. */
export function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { status = 200, type, body, headers }: Answer,
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    ...HEADERS,
    ...headers,
    'content-type': `${type}; charset=utf-8`,
    'content-length': String(Buffer.byteLength(body)),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** A whole response. */
export interface Answer {
  readonly status?: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A response of one sentence. */
export function sentence(status: number, text: string, headers?: Record<string, string>): Answer {
  return { status, type: 'text/plain', body: `${text}\n`, ...(headers && { headers }) };
}
