import type { Lazy, Secret } from '../core/client-authentication.js';

/** The configuration gave something that cannot be a secret. Its message quotes nothing. */
export class UnusableSecret extends TypeError {}

/** Where a client's secrets come from. */
export interface SecretSource {
  /** The secrets to try, in order: the one that was accepted last comes first. */
  read(): Promise<readonly string[]>;
  /** Notes which one the provider took. */
  accepted(secret: string): void;
  /** Whether reading again may bring another secret. */
  readonly mayChange: boolean;
}

/** Secrets as the configuration names them: one, several, or a function that is read each time. */
export function secretSourceOf(configured: Lazy<Secret> | undefined): SecretSource {
  let lastAccepted: string | undefined;
  return {
    mayChange: typeof configured === 'function',
    async read() {
      if (configured === undefined) return [];
      const given: unknown = typeof configured === 'function' ? await configured() : configured;
      const items = [given].flat();
      const secrets = items.filter((item): item is string => typeof item === 'string' && item !== '');
      if (secrets.length === 0 || secrets.length < items.length) {
        throw new UnusableSecret(
          'clientSecret gave something else than a string that is not empty, or a list of these',
        );
      }
      return secrets.toSorted((a, b) => Number(b === lastAccepted) - Number(a === lastAccepted));
    },
    accepted(secret) {
      lastAccepted = secret;
    },
  };
}
