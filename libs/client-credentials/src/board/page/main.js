import { setText } from './bar.js';
import { Connection } from './connection.js';
import { Lane } from './lane.js';
import { EventLog } from './log.js';
import { ServerClock } from './time.js';

const KINDS = {
  waiting: 'Reconnecting',
  live: 'Live',
  polling: 'Every 5 seconds',
  paused: 'Paused',
  closed: 'Manager closed',
};
const TICK_MS = 1_000;

// The data lie beside this script, wherever the board is mounted.
const files = new URL('.', document.currentScript.src).href;
const clock = new ServerClock();
const lanes = new Map();
const log = new EventLog();
let isPaused = false;

function showState({ at, providers }) {
  clock.set(at);
  const list = document.getElementById('lanes');
  for (const provider of providers) {
    let lane = lanes.get(provider.provider);
    if (lane === undefined) {
      lane = new Lane(provider.provider, files, clock);
      lanes.set(provider.provider, lane);
      list.append(lane.root);
    }
    lane.show(provider);
  }
  const names = new Set(providers.map(({ provider }) => provider));
  for (const [name, lane] of lanes) {
    if (names.has(name)) continue;
    lane.root.remove();
    lanes.delete(name);
  }
  document.getElementById('no-providers').hidden = providers.length > 0;
  showSummary(providers);
}

function showSummary(providers) {
  const counts = ['failing', 'degraded', 'refreshing', 'fresh', 'empty']
    .map((state) => [state, providers.filter((provider) => provider.state === state).length])
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`);
  const what = providers.length === 1 ? '1 provider' : `${providers.length} providers`;
  setText(document.getElementById('summary'), [what, counts.join(', ')].filter(Boolean).join(': '));
  const failing = providers.filter(({ state }) => state === 'failing').length;
  const title = failing > 0 ? `${failing} failing · Tokens` : 'Tokens';
  if (document.title !== title) document.title = title;
}

function showKind(kind) {
  const element = document.getElementById('connection');
  element.dataset.kind = kind;
  setText(element, KINDS[kind]);
}

const connection = new Connection(files, {
  onState: showState,
  onLines: (news) => log.add(news),
  onKind: showKind,
});

document.getElementById('pause').addEventListener('click', ({ currentTarget: button }) => {
  isPaused = !isPaused;
  button.setAttribute('aria-pressed', String(isPaused));
  if (isPaused) {
    connection.close();
    showKind('paused');
  } else {
    showKind('waiting');
    connection.open();
  }
});

setInterval(() => {
  if (isPaused || document.hidden) return;
  for (const lane of lanes.values()) lane.tick();
}, TICK_MS);

connection.open();
