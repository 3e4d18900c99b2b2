/** Reproducible random numbers from 0 to 1 (mulberry32). */
export function seededRandom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Exponentially distributed time until the next event. */
export function exponential(meanMs, random) {
  return -meanMs * Math.log(1 - random());
}

/** Clock skew of a machine: normally distributed, limited to the bound. */
export function skew(sigmaMs, boundMs, random) {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.max(-boundMs, Math.min(boundMs, normal * sigmaMs));
}
