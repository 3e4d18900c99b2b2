const BATCH = 20;

/** What a call takes, one after the other, in nanoseconds: as many as go into the time. */
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

/** How long something takes until it is done, in milliseconds. */
export async function msUntilDone(run) {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

/** Runs a task in so many lanes, each with one at a time, while the condition holds. */
export async function inLanes(lanes, isGoingOn, task) {
  const lane = async () => {
    while (isGoingOn()) await task();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Time since the epoch, with fractions of a millisecond: the same for all processes of a machine. */
export function epochMs() {
  return performance.timeOrigin + performance.now();
}
