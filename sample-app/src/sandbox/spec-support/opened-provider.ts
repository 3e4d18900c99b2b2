import type { SandboxOptions, SandboxProvider } from '../sandbox-provider.js';
import type { Change, ProviderCase } from './provider-case.js';

/** A received response; `body` is the parsed JSON, or `{ text }`. */
export interface WireAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** A started sandbox provider, called over HTTP. */
export class OpenedProvider {
  private constructor(
    readonly provider: SandboxProvider,
    private readonly providerCase: ProviderCase,
  ) {}

  static async open(providerCase: ProviderCase, options: SandboxOptions = {}): Promise<OpenedProvider> {
    return new OpenedProvider(await providerCase.start(options), providerCase);
  }

  /** Sends the documented token request, optionally with a change. */
  async requestToken(vary: Change = () => ({})): Promise<WireAnswer> {
    const documented = {
      method: 'POST',
      path: new URL(this.provider.tokenUrl).pathname,
      ...this.providerCase.documented(this.provider),
    };
    const request = { ...documented, ...vary(documented, this.provider) };
    return send(new URL(request.path, this.provider.tokenUrl), {
      method: request.method,
      headers: request.headers,
      body: request.encode(request.parameters),
    });
  }

  async getToken(): Promise<string> {
    const { body } = await this.requestToken();
    const answer = isObject(body['data']) ? body['data'] : body;
    return String(answer['access_token']);
  }

  /** Calls the API, or another host by absolute URL, with an optional `Authorization` header. */
  async call(
    method: string,
    path: string,
    init: RequestInit = {},
    authorization?: string,
  ): Promise<WireAnswer> {
    const headers = new Headers(init.headers);
    if (authorization !== undefined) headers.set('authorization', authorization);
    const url = path.startsWith('/') ? this.provider.apiBaseURL + path : path;
    return send(url, { ...init, method, headers });
  }

  close(): Promise<void> {
    return this.provider.close();
  }
}

/** Request with a JSON body and content type. */
export function json(value: unknown): RequestInit {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

async function send(url: URL | string, init: RequestInit): Promise<WireAnswer> {
  const response = await fetch(url, init);
  const text = await response.text();
  const value: unknown =
    response.headers.get('content-type') === 'application/json' ? JSON.parse(text) : { text };
  return { status: response.status, headers: response.headers, body: isObject(value) ? value : {} };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
