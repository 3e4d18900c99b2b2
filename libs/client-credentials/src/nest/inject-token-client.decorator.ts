import { Inject } from '@nestjs/common';

const PREFIX = 'nestjs-client-credentials.TokenClient(';

/**
 * The DI token of a provider's client, e.g. for `overrideProvider` in a test.
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
 * Injects the {@link TokenClient} of a provider. A name that nobody registered stops the application at start-up.
 *
 * @example
 * ```ts
 * constructor(@InjectTokenClient('signeasy') private readonly signeasy: TokenClient) {}
 * ```
 */
export function InjectTokenClient(name: string): ReturnType<typeof Inject> {
  return Inject(getTokenClientToken(name));
}

/** The name in a DI token, if it is that of a client. */
export function clientNameOf(token: unknown): string | undefined {
  const description = typeof token === 'symbol' ? token.description : undefined;
  return description?.startsWith(PREFIX) === true ? description.slice(PREFIX.length, -1) : undefined;
}
