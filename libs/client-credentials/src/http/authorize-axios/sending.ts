import type * as sending from '../axios/calls.js';

/** What sends calls of axios. */
type Sending = typeof sending;

let loaded: Sending | undefined;

/** What sends calls, if it is loaded. It needs axios, for which nobody should have to wait who makes no calls of axios. */
export function loadedSending(): Sending | undefined {
  return loaded;
}

export async function loadSending(): Promise<Sending> {
  return (loaded ??= await import('../axios/calls.js'));
}
