// Counts which functions of the library five trips enter, in which files, and how often the trips move between files.
//
// Trips run in an instrumented build, with the Nest module and HTTP on loopback. Recording starts right before the call. It ends
// once the call has settled and no function has been entered for 100 ms. Columns:
//
// - entries: every entry of a named function: an explicit function, method, accessor or constructor, or a function that is
//   assigned to a name (variable, field, property). Anonymous callbacks, implicit constructors and top-level code are not
//   counted. An async function counts when it is called, a generator at its first value.
// - functions: the distinct functions among the entries
// - files: the distinct files of these functions
// - moves: runs of consecutive entries in one file; the first file counts as a move
// - back: moves to a file that was left before; moves = files + back
//
// Options: --json prints the figures as JSON; --list N prints the entries of trip N in order, indented by call depth.
import 'reflect-metadata';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { instrument } from './trace/instrument.mjs';
import { Recorder } from './trace/recorder.mjs';
import { makeTrip, TRIPS } from './trace/trips.mjs';

const ENTRY_POINTS = ['index', 'core/index', 'redis/index'];
const RECORDER = 'recordEntry';
const COLUMNS = ['functions', 'files', 'moves', 'back', 'entries'];

const { values: wanted } = parseArgs({ options: { json: { type: 'boolean' }, list: { type: 'string' } } });
const listed = wanted.list === undefined ? undefined : TRIPS[Number(wanted.list) - 1];
if (wanted.list !== undefined && listed === undefined)
  throw new Error(`--list takes the number of a trip: 1 to ${TRIPS.length}.`);

const root = join(import.meta.dirname, '..');
const outDir = join(root, 'dist', 'trace');
const functions = instrument(root, outDir, RECORDER);
const recorder = new Recorder(listed && pathToFileURL(outDir).href);
globalThis[RECORDER] = (number) => recorder.enter(number);
const library = await importAll(ENTRY_POINTS.map((name) => join(outDir, `${name}.js`)));

if (listed !== undefined) printList(await entriesOf(listed));
else {
  const results = [];
  for (const trip of TRIPS) results.push(await resultOf(trip));
  if (wanted.json) console.log(JSON.stringify(results, null, 2));
  else printTable(results);
}

async function importAll(paths) {
  const modules = await Promise.all(paths.map((path) => import(pathToFileURL(path).href)));
  return Object.assign({}, ...modules);
}

async function resultOf(trip) {
  const { title, missing } = trip;
  const reason = missing?.();
  return reason ? { title, leftOut: reason } : { title, ...figuresOf(await entriesOf(trip)) };
}

async function entriesOf(trip) {
  const reason = trip.missing?.();
  if (reason) throw new Error(`"${trip.title}" is left out: ${reason}.`);
  const entries = await makeTrip(trip, library, recorder);
  return entries.map(({ number, depth }) => ({ entered: functions[number], depth }));
}

function figuresOf(entries) {
  const files = new Set();
  let at;
  let moves = 0;
  let back = 0;
  for (const { file } of entries.map(({ entered }) => entered)) {
    if (file === at) continue;
    moves += 1;
    if (files.has(file)) back += 1;
    files.add(file);
    at = file;
  }
  const distinct = new Set(entries.map(({ entered }) => entered));
  return { functions: distinct.size, files: files.size, moves, back, entries: entries.length };
}

function printTable(results) {
  const width = Math.max(...results.map(({ title }) => title.length)) + 3;
  console.log(' '.repeat(width) + cellsOf(COLUMNS));
  for (const [index, { title, leftOut, ...figures }] of results.entries()) {
    const row =
      leftOut === undefined ? cellsOf(COLUMNS.map((name) => figures[name])) : `  left out: ${leftOut}`;
    console.log(`${index + 1}. ${title}`.padEnd(width) + row);
  }
}

function cellsOf(values) {
  return values.map((value) => String(value).padStart(10)).join('');
}

/** Lines of the list; consecutive entries of one function are one line. */
function printList(entries) {
  let repeats = 0;
  for (const [index, { entered, depth }] of entries.entries()) {
    repeats += 1;
    if (entries[index + 1]?.entered === entered) continue;
    const times = repeats > 1 ? ` × ${repeats}` : '';
    console.log(`${'  '.repeat(depth)}${entered.file}:${entered.name}${times}`);
    repeats = 0;
  }
}
