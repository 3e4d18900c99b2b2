import { copyOf, setText } from './bar.js';
import { clockTime } from './time.js';

const MAX_LINES = 200;
// One sentence for all that happened meanwhile: a screen reader could not follow each.
const ANNOUNCE_MS = 5_000;

const TONES = {
  'token.failed': 'failing',
  'token.invalidated': 'degraded',
  'api.refused': 'degraded',
  'issuance.near-limit': 'degraded',
  'store.unavailable': 'degraded',
};

/** The log of events, the latest first. */
export class EventLog {
  #run;
  #lastId = 0;
  #waiting = [];

  /** @param {{ run: string, isHistory: boolean, lines: object[] }} news - lines, oldest first, of one run of the server's process */
  add({ run, isHistory, lines }) {
    if (run !== this.#run) this.#lastId = 0;
    this.#run = run;
    const added = lines.filter(({ id }) => id > this.#lastId);
    if (added.length === 0) return;
    this.#lastId = added.at(-1).id;
    const list = document.getElementById('lines');
    list.prepend(...added.map(elementOf).toReversed());
    while (list.children.length > MAX_LINES) list.lastElementChild.remove();
    document.getElementById('log').hidden = false;
    document.getElementById('no-lines').hidden = true;
    // What was there before the page is no news.
    if (!isHistory) this.#announce(added);
  }

  #announce(added) {
    this.#waiting.push(...added);
    if (this.#waiting.length > added.length) return;
    setTimeout(() => {
      const latest = this.#waiting.at(-1);
      const more = this.#waiting.length > 1 ? `${this.#waiting.length} events, the latest: ` : '';
      setText(document.getElementById('announcer'), `${more}${latest.provider}: ${latest.text}`);
      this.#waiting = [];
    }, ANNOUNCE_MS);
  }
}

function elementOf({ at, type, provider, tenant, text, detail }) {
  const element = copyOf('line-template');
  if (TONES[type] !== undefined) element.dataset.state = TONES[type];
  const time = element.querySelector('time');
  time.textContent = clockTime(at);
  time.dateTime = new Date(at).toISOString();
  element.querySelector('.who').textContent = tenant === undefined ? provider : `${provider} · ${tenant}`;
  element.querySelector('.text').textContent = text;
  element.querySelector('.detail').textContent = detail ?? '';
  return element;
}
