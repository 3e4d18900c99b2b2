const BATCH = 20;

/** Nanoseconds per call: runs calls in sequence for at least `sliceMs`. */
export async function nsPerCall(run, sliceMs) {
  let calls = 0;
  let elapsedMs = 0;
  const startedAt = performance.now();
  do {
    for (let call = 0; call < BATCH; call += 1) await run();
    calls += BATCH;
    elapsedMs = performance.now() - startedAt;
  } while (elapsedMs < sliceMs);
  return (elapsedMs / calls) * 1e6;
}

/** Milliseconds until a function resolves. */
export async function msUntilDone(run) {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

/** Runs a task repeatedly in parallel lanes while the condition holds. */
export async function inLanes(lanes, shouldContinue, task) {
  const lane = async () => {
    while (shouldContinue()) await task();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Epoch milliseconds with fractions, comparable between processes of one machine. */
export function epochMs() {
  return performance.timeOrigin + performance.now();
}
