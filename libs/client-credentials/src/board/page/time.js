const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The server's clock, as the page counts on from what the server last said. */
export class ServerClock {
  #at = Date.now();
  #readAt = performance.now();

  /** @param {number} at - epoch milliseconds by the server's clock, now */
  set(at) {
    this.#at = at;
    this.#readAt = performance.now();
  }

  now() {
    return this.#at + performance.now() - this.#readAt;
  }
}

/**
 * A span of time in two units at most: `4 h 05 min`, `12 min 09 s`, `45 s`.
 *
 * @param {number} ms
 */
export function span(ms) {
  const left = Math.max(0, ms);
  if (left >= 2 * DAY) return `${Math.floor(left / DAY)} days`;
  if (left >= HOUR) return `${Math.floor(left / HOUR)} h ${twoDigits((left % HOUR) / MINUTE)} min`;
  if (left >= MINUTE) return `${Math.floor(left / MINUTE)} min ${twoDigits((left % MINUTE) / SECOND)} s`;
  return `${Math.floor(left / SECOND)} s`;
}

/**
 * The same in words that change seldom, for a screen reader.
 *
 * @param {number} ms
 */
export function coarseSpan(ms) {
  if (ms >= 2 * HOUR) return `about ${Math.round(ms / HOUR)} hours`;
  if (ms >= 2 * MINUTE) return `about ${Math.round(ms / MINUTE)} minutes`;
  if (ms >= MINUTE) return 'about a minute';
  return 'less than a minute';
}

/** @param {number} at - epoch milliseconds */
export function clockTime(at) {
  return new Date(at).toTimeString().slice(0, 8);
}

function twoDigits(value) {
  return String(Math.floor(value)).padStart(2, '0');
}
