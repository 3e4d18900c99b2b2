import { median, percentile } from './percentile.mjs';

/**
 * What the rounds of a scenario come to, contender by contender: the medians of all figures, and the ratios.
 *
 * A figure that is a ratio (to a floor beside it, formed within each turn) is comparable between processes, whatever the machine did
 * meanwhile: so a ratio to a peer is the quotient of two of these.
 */
export function summarize({ figures, ratios }, results, peers) {
  const rows = results.map((result) => ({ ...result, medians: mediansOf(result.rounds, figures) }));
  const isPeer = ({ id }) => peers.includes(id);
  return rows.map((row) => ({
    ...row,
    ratios: Object.fromEntries([
      ...figures.filter(({ isRatio }) => isRatio).map(({ key }) => [key, spreadOf(valuesOf(row, key))]),
      ...ratios.map((ratio) => [ratio.key, toLeanest(row, rows.filter(isPeer), ratio)]),
    ]),
  }));
}

function mediansOf(rounds, figures) {
  return Object.fromEntries(figures.map(({ key }) => [key, median(valuesOf({ rounds }, key))]));
}

/** Not every round has every figure: who is too slow is asked for less. */
function valuesOf({ rounds }, figure) {
  return rounds.map(({ [figure]: value }) => value).filter((value) => Number.isFinite(value));
}

/** The median of what the rounds gave, and where the middle half of it lies. */
function spreadOf(values) {
  if (values.length === 0) return undefined;
  const quartiles = [percentile(values, 0.25), percentile(values, 0.75)];
  return { median: median(values), quartiles, rounds: values.length };
}

/** The leanest peer is the one of the lowest median, without those that do what is compared in another way. */
function toLeanest(row, peers, { of, without }) {
  const medians = peers
    .filter((peer) => without === undefined || !peer[without])
    .map((peer) => peer.medians[of])
    .filter((value) => value !== undefined);
  if (medians.length === 0) return undefined;
  const least = Math.min(...medians);
  return spreadOf(valuesOf(row, of).map((value) => value / least));
}
