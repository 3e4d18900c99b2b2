import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { asObject, isObject } from '../base/objects.js';
import { parseJson } from '../oauth/response-body.js';
import { codeOf, wordsOf } from './environment.js';
import { UsageError } from './usage-error.js';

const TYPESCRIPT = new Set(['.ts', '.mts', '.cts']);
const TYPESCRIPT_CODES = new Set(['ERR_UNKNOWN_FILE_EXTENSION', 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX']);

/**
 * Loads the options from a module or a JSON file: the default export, or else `options`. A function is called, a promise awaited.
 *
 * @throws {@link UsageError} if the file is not there (2), or has no options (1)
 */
export async function loadConfiguration(file: string): Promise<Record<string, unknown>> {
  const path = resolve(file);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
    throw new UsageError(`There is no file ${file}. Check --config.`);
  const exported = await (extname(path) === '.json' ? readJson(path, file) : importModule(path, file));
  for (const candidate of candidatesIn(exported)) {
    const options = await settled(candidate, file);
    if (isObject(options) && 'providers' in options) return options;
  }
  throw new UsageError(
    `${file} exports no options. Its default export, or "options", must be an object with providers, or a function that returns one.`,
    1,
  );
}

/** What may be the options. Node and compilers wrap the exports of a CommonJS module in one more `default`. */
function candidatesIn(exported: Record<string, unknown>): unknown[] {
  const inner = asObject(exported['default']);
  return [exported['default'], inner['default'], exported['options'], inner['options']];
}

async function settled(candidate: unknown, file: string): Promise<unknown> {
  try {
    const value: unknown = await candidate;
    return typeof value === 'function' ? await Reflect.apply(value, undefined, []) : value;
  } catch (error) {
    throw new UsageError(`The options of ${file} could not be read. ${wordsOf(error)}`, 1);
  }
}

async function readJson(path: string, file: string): Promise<Record<string, unknown>> {
  const options = parseJson(await readFile(path, 'utf8'));
  if (options === undefined) throw new UsageError(`${file} is no JSON. Correct the file.`, 1);
  return { default: options };
}

async function importModule(path: string, file: string): Promise<Record<string, unknown>> {
  try {
    return asObject(await import(pathToFileURL(path).href));
  } catch (error) {
    throw new UsageError(`${file} could not be loaded. ${adviceOn(error, path)}`, 1);
  }
}

function adviceOn(error: unknown, path: string): string {
  if (TYPESCRIPT.has(extname(path)) && TYPESCRIPT_CODES.has(codeOf(error))) {
    return `This version of Node (${process.version}) does not read it. Use Node 22.18 or newer and types that can be stripped, set NODE_OPTIONS="--import tsx" with tsx installed, or name the compiled file.`;
  }
  return wordsOf(error);
}
