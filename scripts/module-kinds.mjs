// Takes an ES module that rollup wrote apart, and puts it together as CommonJS. The code in the middle is the same in both kinds.
// Rollup writes imports at the begin and exports at the end, each on a line of its own. Rooms import one another in one direction only, so
// that a value can be read when its room is loaded.

const IMPORT = /^import (?:(\w[\w$]*)(?:, )?)?(?:\{ ([^}]*) \})?(?: from )?'([^']+)';$/;
const NAMESPACE = /^import \* as (\w+) from '([^']+)';$/;
const EXPORT = /^export \{ ([^}]*) \}(?: from '([^']+)')?;$/;
const DYNAMIC_IMPORT = /\bimport\((["'])(\.[^"']+)\1\)/g;

/** The parts of an ES module: a line for the shell, imports, code, exports. */
export function partsOf(code) {
  const lines = code.split('\n');
  const isHead = (line) => line === '' || line.startsWith('import ') || /^export \{.*\} from /.test(line);
  const isTail = (line) => line === '' || /^export \{.*\};$/.test(line);
  const start = lines[0].startsWith('#!') ? `${lines.shift()}\n` : '';
  const head = takeWhile(lines, isHead);
  const tail = takeWhile(lines.slice(head.length).toReversed(), isTail).toReversed();
  const body = lines.slice(head.length, lines.length - tail.length).join('\n');
  if (/^(import|export) /m.test(body.replaceAll(/`[^`]*`/g, '')))
    throw new Error(`An import in the middle:\n${body}`);
  return {
    start,
    imports: head.filter((line) => line.startsWith('import ')).map(short),
    body,
    exports: [
      ...head.filter((line) => line.startsWith('export ')),
      ...tail.filter((line) => line !== ''),
    ].map(short),
  };
}

/**
 * An import of the ES module, or what stands for it.
 *
 * For an import of one of its own modules Node makes another module, and reads everything that it exports: for `node:crypto` and `node:tls` this
 * runs code that nobody needs. Others replace `node:http` and `node:https` when they are imported, such as instrumentation; these two stay.
 */
export function importOf(line) {
  const [, whole, names, from] = IMPORT.exec(long(line)) ?? [];
  if (from?.startsWith('node:') !== true || from === 'node:http' || from === 'node:https') return line;
  const taken = [whole, names && takenFrom(names)].filter(Boolean);
  return `const ${taken.map((each) => `${each}=process.getBuiltinModule("${from}")`).join(',')};\n`;
}

/** A CommonJS module with the same code. */
export function commonJsOf({ imports, body, exports }) {
  return [
    '"use strict";\n',
    ...imports.map((line) => requireOf(long(line))),
    body.replaceAll(DYNAMIC_IMPORT, 'Promise.resolve().then(()=>require("$2"))'),
    ...exports.flatMap((line) => exportsOf(long(line))),
  ].join('');
}

function requireOf(line) {
  const namespace = NAMESPACE.exec(line);
  if (namespace !== null) return `const ${namespace[1]}=require("${namespace[2]}");\n`;
  const [, whole, names, from] = IMPORT.exec(line) ?? fail(line);
  const required = `require("${from}")`;
  if (whole === undefined && names === undefined) return `${required};\n`;
  const taken = names === undefined ? '' : takenFrom(names);
  if (whole === undefined) return `const ${taken}=${required};\n`;
  // A mock may say by __esModule that it stands for an ES module.
  const module = `${whole}Module`;
  const rest = taken === '' ? '' : `,${taken}=${module}`;
  return `const ${module}=${required},${whole}=${module}.__esModule?${module}.default:${module}${rest};\n`;
}

function takenFrom(names) {
  return `{${names
    .split(', ')
    .map((name) => name.replace(' as ', ':'))
    .join(',')}}`;
}

function exportsOf(line) {
  const [, names, from] = EXPORT.exec(line) ?? fail(line);
  return names.split(', ').map((name) => {
    const [own, shown = own] = name.split(' as ');
    return from === undefined
      ? `exports.${shown}=${own};\n`
      : `exports.${shown}=require("${from}").${own};\n`;
  });
}

function short(line) {
  return `${line.replaceAll(/(?<=[,{]) | (?=[}])/g, '')}\n`;
}

function long(line) {
  return line.trimEnd().replace('{', '{ ').replace('}', ' }').replaceAll(',', ', ');
}

function takeWhile(items, isTaken) {
  const end = items.findIndex((item) => !isTaken(item));
  return items.slice(0, end === -1 ? items.length : end);
}

function fail(line) {
  throw new Error(`Not as rollup writes it: ${line}`);
}
