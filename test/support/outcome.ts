const HANG_LIMIT_MS = 5_000;

/** How a call ended. */
export type Outcome<T> = { readonly value: T } | { readonly error: unknown } | 'still waiting';

/** How a call ends; `still waiting` where it seems to hang. */
export async function outcomeOf<T>(call: Promise<T>, limitMs = HANG_LIMIT_MS): Promise<Outcome<T>> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<'still waiting'>((resolve) => {
    timer = setTimeout(resolve, limitMs, 'still waiting');
  });
  const ended = call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  try {
    return await Promise.race([ended, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** The error that a call ends with; fails where it succeeds or hangs. */
export async function errorOf(call: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  const outcome = await outcomeOf(call);
  if (outcome === 'still waiting') throw new Error('The call still waits for its end.');
  if ('value' in outcome) throw new Error('The call succeeded; an error was expected.');
  return outcome.error as Error & Record<string, unknown>;
}
