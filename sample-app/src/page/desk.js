// Sends the forms without leaving the page, and shows what became of them. Without this script a reload does.
const INTERVAL_MS = 1_000;

let shown = '';

function setText(element, text) {
  if (element !== null && element.textContent !== text) element.textContent = text;
}

function elementOf(name, text, ...children) {
  const element = document.createElement(name);
  element.textContent = text;
  element.append(...children);
  return element;
}

function documentOf({ title, state, steps }) {
  const what = elementOf('p', `${title}: ${state}`);
  what.className = 'what';
  return elementOf('li', '', what, elementOf('ul', '', ...steps.map((step) => elementOf('li', step))));
}

async function refresh() {
  const response = await fetch('panel', { cache: 'no-store' });
  if (!response.ok) return;
  const text = await response.text();
  if (text === shown) return;
  shown = text;
  const { latest, controls, documents } = JSON.parse(text);
  setText(document.getElementById('latest'), latest);
  for (const { id, sentence } of controls) setText(document.getElementById(`outcome-${id}`), sentence);
  document.getElementById('sent').replaceChildren(...documents.map(documentOf));
}

async function send(form) {
  // The answer is a redirect to this page, which is here already.
  await fetch(form.action, { method: 'post', body: new FormData(form), redirect: 'manual' });
  form.reset();
  await refresh();
}

for (const form of document.forms) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    // The desk was stopped: the board says so.
    send(form).catch(() => undefined);
  });
}

setInterval(() => {
  if (!document.hidden) refresh().catch(() => undefined);
}, INTERVAL_MS);
