/** The value that so large a share of all values does not exceed (nearest rank); `undefined` of none. */
export function percentile(values, share) {
  const sorted = Float64Array.from(values).toSorted();
  if (sorted.length === 0) return undefined;
  return sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)];
}

/** The middle value; of an even number, the mean of the two in the middle. */
export function median(values) {
  const sorted = Float64Array.from(values).toSorted();
  if (sorted.length === 0) return undefined;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
