import { coarseSpan, span } from './time.js';

/**
 * Shows how a token's life runs down: from its beginning (the right end) past the renewal (the mark) to its end (the left end).
 *
 * @param {Element} root - has a `.track`, and `.next` and `.end` for the times
 * @param {object} token - obtainedAt, refreshAt, expiresAt, nextAttemptAt, state
 * @param {string} subject - whose token it is
 * @param {number} now - epoch milliseconds by the server's clock
 */
export function showLife(root, token, subject, now) {
  const { obtainedAt, refreshAt, expiresAt } = token;
  const hasToken = expiresAt !== undefined && expiresAt > now;
  const whole = hasToken ? Math.max(1, expiresAt - obtainedAt) : 1;
  const left = hasToken ? expiresAt - now : 0;
  const markAt = hasToken && refreshAt !== undefined ? share((expiresAt - refreshAt) / whole) : 0;
  const track = root.querySelector('.track');
  setWidth(track.querySelector('.fill'), share(left / whole));
  setWidth(track.querySelector('.window'), markAt);
  const mark = track.querySelector('.mark');
  mark.style.left = percent(markAt);
  mark.hidden = markAt === 0 || markAt === 1;
  setText(root.querySelector('.next'), nextOf(token, hasToken, now, span));
  const end = root.querySelector('.end');
  if (end !== null) setText(end, hasToken ? `ends in ${span(left)}` : '');
  describe(track, {
    name: `Life left of the token of ${subject}`,
    value: Math.round(share(left / whole) * 100),
    text: hasToken
      ? `${nextOf(token, hasToken, now, coarseSpan)}, ends in ${coarseSpan(left)}`
      : nextOf(token, hasToken, now, coarseSpan),
  });
}

function nextOf({ refreshAt, nextAttemptAt, state }, hasToken, now, inWords) {
  if (state === 'refreshing') return hasToken ? 'renewing' : 'token requested';
  if (hasToken && refreshAt > now) return `renews in ${inWords(refreshAt - now)}`;
  if (hasToken) return 'renews at the next call';
  if (nextAttemptAt > now) return `no token, next attempt in ${inWords(nextAttemptAt - now)}`;
  return state === 'failing' ? 'no token, next attempt at the next call' : 'no token until the next call';
}

function describe(track, { name, value, text }) {
  // A screen reader may tell each change: only what reads differently is set.
  if (track.getAttribute('aria-label') !== name) track.setAttribute('aria-label', name);
  if (track.getAttribute('aria-valuetext') === text) return;
  track.setAttribute('aria-valuenow', String(value));
  track.setAttribute('aria-valuetext', text);
}

function setWidth(element, part) {
  element.style.width = percent(part);
}

function percent(part) {
  return `${(part * 100).toFixed(3)}%`;
}

function share(part) {
  return Math.min(1, Math.max(0, part));
}

/** Sets a text where it differs, so that nothing is laid out or told without need. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A copy of a template's only element. */
export function copyOf(templateId) {
  return document.getElementById(templateId).content.firstElementChild.cloneNode(true);
}
