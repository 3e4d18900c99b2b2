import { contenderOf, OURS, reasonToAbstain } from '../contenders/lineup.mjs';
import { isAsked, orderOf } from './rounds.mjs';
import { Racer } from './racer.mjs';

const LIMIT_MS = 90_000;

/**
 * Runs a scenario with each contender in its own process, in interleaved rounds; returns the figures of each round.
 *
 * Only contenders whose HTTP client the scenario is about take part: axios, if it names none.
 */
export async function race(scenario, { settings, controlUrl }) {
  const all = await Promise.all(settings.lineup.map(contenderOf));
  const { clients = ['axios'] } = scenario;
  const contenders = all.filter(({ client }) => clients.includes(client));
  const results = contenders.map((contender) => ({
    id: contender.id,
    name: contender.name,
    isCacheByHand: contender.isCacheByHand,
    isLeftToAxios: contender.isLeftToAxios,
    abstains: reasonToAbstain(contender, scenario.needs),
    rounds: [],
  }));
  const racers = results
    .filter(({ abstains }) => abstains === undefined)
    .map(({ id }) => new Racer(id, { limitMs: LIMIT_MS, ...scenario }));
  try {
    await Promise.all(racers.map((racer) => racer.load(scenario.id)));
    for (const racer of racers) await racer.prepare({ controlUrl, settings });
    await runRounds(racers, settings);
  } finally {
    await Promise.all(racers.map((racer) => racer.end()));
  }
  for (const { id, rounds, failure } of racers) {
    Object.assign(
      results.find((result) => result.id === id),
      { rounds, failure },
    );
  }
  return results;
}

async function runRounds(racers, settings) {
  for (let round = 0; round < settings.rounds; round += 1) {
    for (const racer of orderOf(racers, round)) {
      const isFocus = OURS.includes(racer.id);
      if (isAsked({ isFocus, rounds: racer.rounds }, round, settings)) await racer.round(round);
    }
  }
}
