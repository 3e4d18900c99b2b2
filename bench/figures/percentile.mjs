/** Percentile by nearest rank; `undefined` for no values. */
export function percentile(values, share) {
  const sorted = Float64Array.from(values).toSorted();
  if (sorted.length === 0) return undefined;
  return sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)];
}

/** Middle value; for an even number of values, the mean of the two middle ones; `undefined` for no values. */
export function median(values) {
  const sorted = Float64Array.from(values).toSorted();
  if (sorted.length === 0) return undefined;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
