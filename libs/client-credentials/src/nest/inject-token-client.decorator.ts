import { Inject } from '@nestjs/common';

const PREFIX = 'nestjs-client-credentials.TokenClient(';

/**
 * Returns the DI token of a provider's client, such as for `overrideProvider` in a test.
 *
 * @example
 * ```ts
 * Test.createTestingModule({ imports: [AppModule] })
 *   .overrideProvider(getTokenClientToken('signeasy'))
 *   .useValue({ get: () => of({ data: { id: 1 } }) });
 * ```
 */
export function getTokenClientToken(name: string): symbol {
  return Symbol.for(`${PREFIX}${name})`);
}

/**
 * Injects the {@link TokenClient} of a provider. An unknown name stops the application at start-up.
 *
 * @example
 * ```ts
 * constructor(@InjectTokenClient('signeasy') private readonly signeasy: TokenClient) {}
 * ```
 */
export function InjectTokenClient(name: string): ReturnType<typeof Inject> {
  return Inject(getTokenClientToken(name));
}

/** Provider name in the DI token of a client; `undefined` for any other token. */
export function clientNameOf(token: unknown): string | undefined {
  const description = typeof token === 'symbol' ? token.description : undefined;
  return description?.startsWith(PREFIX) === true ? description.slice(PREFIX.length, -1) : undefined;
}
