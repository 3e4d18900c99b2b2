import type { TokenRequest } from '../config/token-request.js';

/** How a {@link fakeTokenSource} is made. */
export interface FakeTokenSourceOptions {
  /**
   * The first token.
   *
   * @defaultValue `'fake-token-1'`
   */
  token?: string;
  /**
   * The provider's name, for warnings.
   *
   * @defaultValue `'fake'`
   */
  provider?: string;
}

/** A token of a {@link FakeTokenSource}. */
export interface FakeToken {
  readonly value: string;
  readonly authorization: string;
}

/** A token source without an endpoint. Any API of the library that attaches tokens takes it. */
export interface FakeTokenSource {
  readonly provider: string;
  /** The current token. A test may set it. */
  value: string;
  /** What was asked for so far, in order. */
  readonly requests: TokenRequest[];
  /** The current token. */
  getToken(request?: TokenRequest): Promise<FakeToken>;
  /** What the library calls after a 401. Only a revoked token is replaced. */
  invalidate(token: FakeToken | string): Promise<void>;
  /** From now on the next `getToken` after `invalidate` answers another value. */
  revoke(): void;
}

/**
 * A token source for unit tests, which needs no endpoint: a fixed token, or one that a test revokes.
 *
 * @example
 * ```ts
 * const source = fakeTokenSource({ token: 'token-of-the-test' });
 * authorizeAxios(http, source);
 * await http.get('/me');
 * expect(sent.headers.authorization).toBe('Bearer token-of-the-test');
 * ```
 */
export function fakeTokenSource(options: FakeTokenSourceOptions = {}): FakeTokenSource {
  const { token = 'fake-token-1', provider = 'fake' } = options;
  const requests: TokenRequest[] = [];
  let revoked: string | undefined;
  let count = 1;
  return {
    provider,
    value: token,
    requests,
    async getToken(request = {}) {
      requests.push({ ...request });
      return { value: this.value, authorization: `Bearer ${this.value}` };
    },
    async invalidate(given) {
      const value = typeof given === 'string' ? given : given.value;
      if (value !== revoked || value !== this.value) return;
      count += 1;
      this.value = `fake-token-${count}`;
    },
    revoke() {
      revoked = this.value;
    },
  };
}
