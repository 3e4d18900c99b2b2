import { demandOf } from './judgement.mjs';
import { numberOf, ratioText, tableOf } from './table.mjs';

/** Whole report as Markdown. */
export function reportOf({ machine, isShort, scenarios, verdicts }) {
  return [
    `# Results of the benchmark${isShort ? ', short form' : ''}`,
    machineOf(machine),
    'Ratios are formed within each round; shown are their median and, in brackets, their quartiles over the rounds. Absolute figures are medians of the rounds.',
    '## Targets',
    targetsOf(verdicts),
    ...scenarios.map(sectionOf),
    '## Versions',
    Object.entries(machine.packages)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    '',
  ].join('\n\n');
}

function machineOf({ date, node, cpu, cores, memoryGb, platform }) {
  return `${date.slice(0, 10)}, Node ${node}, ${cores} × ${cpu}, ${memoryGb} GB, ${platform}.`;
}

/** How a contender of this library puts tokens on calls, where that is not authorizeAxios. */
const ATTACHED = new Map([
  ['nest', ' (TokenClient)'],
  ['fetch', ' (authorizeFetch)'],
  ['undici', ' (authorizeDispatcher)'],
]);

/** Table of targets and results. */
export function targetsOf(verdicts) {
  const rows = verdicts.map(({ scenario, contender, what, value, isMet, isNear, ...target }) => [
    `${scenario} ${what}${ATTACHED.get(contender.split('-').at(-1)) ?? ''}`,
    demandOf(target),
    numberOf(value),
    isMet ? 'met' : isNear ? 'missed' : '**missed by far**',
  ]);
  return tableOf(['target', 'required', 'measured', ''], rows);
}

/** Section of one scenario. */
export function sectionOf({ scenario, rows, skipped }) {
  const { id, title, method } = scenario;
  const heading = `## ${id} ${title}`;
  if (skipped !== undefined) return `${heading}\n\nSkipped: ${skipped}.`;
  const notes = [];
  const head = ['', ...columnsOf(scenario).map(({ label }) => label)];
  const lines = inOrder(rows, scenario).map((row) => lineOf(row, scenario, notes));
  const footnotes = notes.map((note, index) => `${index + 1}. ${note}`);
  return [
    heading,
    method,
    tableOf(head, lines),
    ...(footnotes.length > 0 ? [footnotes.join('\n')] : []),
  ].join('\n\n');
}

function lineOf({ name, abstains, failure, medians, ratios }, scenario, notes) {
  const note = failure ?? abstains;
  const label = note === undefined ? name : `${name} ${noteOf(notes, note)}`;
  const cells = columnsOf(scenario).map(({ key, isRatio, scale = 1 }) =>
    isRatio ? ratioText(ratios[key]) : numberOf(medians[key] * scale),
  );
  return [label, ...cells];
}

/** Columns: ratios between contenders, ratios to the baseline, absolute figures. */
function columnsOf({ figures, ratios }) {
  const isRatio = true;
  return [
    ...ratios.map((ratio) => ({ ...ratio, isRatio })),
    ...figures.filter((figure) => figure.isRatio),
    ...figures.filter((figure) => !figure.isRatio),
  ];
}

function noteOf(notes, note) {
  if (!notes.includes(note)) notes.push(note);
  return `[${notes.indexOf(note) + 1}]`;
}

/** Rows with contenders that took part first. */
function inOrder(rows) {
  return rows.toSorted((a, b) => Number(a.abstains !== undefined) - Number(b.abstains !== undefined));
}
