import { Inject } from '@nestjs/common';

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
  return Symbol.for(`nestjs-client-credentials.TokenClient(${name})`);
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
