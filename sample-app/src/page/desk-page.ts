import { tenantNames } from '../config/tenants.js';
import type { ShownControl } from '../controls/sandbox-controls.js';
import type { PanelState, ShownDocument } from './panel.js';

/** Extends the board's page with the desk's part: a form for documents, and what can be done to the sandbox. */
export function deskPage(boardPage: string, panel: PanelState): string {
  const additions: [marker: RegExp, replacement: string][] = [
    [/<title>.*<\/title>/, '<title>Document desk</title>'],
    [/<\/head>/, '<link rel="stylesheet" href="desk.css">\n<script src="desk.js" defer></script>\n</head>'],
    [/<h1>.*<\/h1>/, '<h1>Document desk</h1>'],
    [/<noscript>.*<\/noscript>/, `<noscript><p class="note">${WITHOUT_SCRIPT}</p></noscript>`],
    [/<main>/, `<main>\n${deskPart(panel)}`],
  ];
  return additions.reduce((page, [marker, replacement]) => {
    if (!marker.test(page)) throw new Error(`The board's page has no ${marker.source} any more.`);
    // A function, because `$` has a meaning in a replacement text.
    return page.replace(marker, () => replacement);
  }, boardPage);
}

const WITHOUT_SCRIPT =
  'Without script, the forms work and a reload shows what became of them; the lanes of the providers stay empty.';

function deskPart({ latest, controls, documents }: PanelState): string {
  return `<p id="latest" class="latest" role="status">${escaped(latest)}</p>
<section aria-labelledby="documents">
<h2 id="documents">Documents</h2>
<form class="drop" method="post" action="drop" enctype="multipart/form-data">
<label for="document">Drop documents here, or choose them: each goes through all five providers</label>
<input id="document" type="file" name="document" multiple required>
<label for="tenant">Tenant</label>
<select id="tenant" name="tenant">${tenantNames.map((name) => `<option>${name}</option>`).join('')}</select>
<button>Send</button>
</form>
<ul id="sent" class="sent">${documents.map(documentItem).join('')}</ul>
</section>
${controls.length === 0 ? '' : controlsSection(controls)}`;
}

function controlsSection(controls: ShownControl[]): string {
  return `<section aria-labelledby="sandbox">
<h2 id="sandbox">Sandbox</h2>
<ul class="deeds">${controls.map(controlItem).join('')}</ul>
</section>`;
}

function controlItem({ id, label, hint, sentence }: ShownControl): string {
  return `<li>
<form method="post" action="sandbox/${id}"><button aria-describedby="hint-${id}">${escaped(label)}</button></form>
<p id="hint-${id}" class="hint">${escaped(hint)}</p>
<p id="outcome-${id}" class="outcome">${escaped(sentence)}</p>
</li>`;
}

function documentItem({ title, state, steps }: ShownDocument): string {
  const items = steps.map((step) => `<li>${escaped(step)}</li>`).join('');
  return `<li><p class="what">${escaped(title)}: ${state}</p><ul>${items}</ul></li>`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
