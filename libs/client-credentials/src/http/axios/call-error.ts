import type { InternalAxiosRequestConfig } from 'axios';
import { ClientCredentialsError } from '../../base/errors.js';
import { hideSockets } from './unprintable.js';

/**
 * The error that a call without a token rejects with: the caller's own copy, with the marks by which companions of axios (caches, retries)
 * recognise an error of a call. Any other error as it is.
 */
export function callError(error: unknown, config: InternalAxiosRequestConfig): unknown {
  hideSockets(config);
  if (!(error instanceof ClientCredentialsError)) return error;
  const copy: object = Object.create(Object.getPrototypeOf(error), Object.getOwnPropertyDescriptors(error));
  const mark = (name: string, value: unknown): void =>
    void Object.defineProperty(copy, name, { value, writable: true, configurable: true, enumerable: false });
  mark('config', config);
  mark('isAxiosError', true);
  return copy;
}
