import { median, percentile } from './percentile.mjs';

/**
 * Medians of all figures and ratios of a scenario, per contender.
 *
 * A figure that is a ratio to the baseline, formed within each turn, does not depend on the machine's speed. A ratio to a
 * peer is therefore the quotient of two such figures.
 */
export function summarize({ figures, ratios }, results, peers) {
  const rows = results.map((result) => ({ ...result, medians: mediansOf(result.rounds, figures) }));
  const isPeer = ({ id }) => peers.includes(id);
  return rows.map((row) => ({
    ...row,
    ratios: Object.fromEntries([
      ...figures.filter(({ isRatio }) => isRatio).map(({ key }) => [key, spreadOf(valuesOf(row, key))]),
      ...ratios.map((ratio) => [
        ratio.key,
        toLeanest(row, rows.filter(ratio.than === undefined ? isPeer : ({ id }) => id === ratio.than), ratio),
      ]),
    ]),
  }));
}

function mediansOf(rounds, figures) {
  return Object.fromEntries(figures.map(({ key }) => [key, median(valuesOf({ rounds }, key))]));
}

/** Values of a figure; rounds of slow contenders may lack it. */
function valuesOf({ rounds }, figure) {
  return rounds.map(({ [figure]: value }) => value).filter((value) => Number.isFinite(value));
}

/** Median and quartiles over the rounds. */
function spreadOf(values) {
  if (values.length === 0) return undefined;
  const quartiles = [percentile(values, 0.25), percentile(values, 0.75)];
  return { median: median(values), quartiles, rounds: values.length };
}

/** Ratio to the peer with the lowest median, or to the contender `than`; without peers that have the property `without`. */
function toLeanest(row, peers, { of, without }) {
  const medians = peers
    .filter((peer) => without === undefined || !peer[without])
    .map((peer) => peer.medians[of])
    .filter((value) => value !== undefined);
  if (medians.length === 0) return undefined;
  const least = Math.min(...medians);
  return spreadOf(valuesOf(row, of).map((value) => value / least));
}
