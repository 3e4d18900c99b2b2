import { isObject } from '../base/objects.js';
import { nearestName } from './spelling.js';

/** What is wrong with a value, and where in it. */
interface Problem {
  readonly path: readonly string[];
  readonly message: string;
}

/** Returns the problems of a value. */
export type Check = (value: unknown) => readonly Problem[];

/** One check for every option of `T`: an option without a check does not compile, nor a check without an option. */
export type ChecksOf<T> = Record<keyof T, Check>;

type Shape = Readonly<Record<string, Check>>;

const NO_PROBLEMS: readonly Problem[] = [];
const CENTURY_SECONDS = 100 * 365 * 86_400;

/** A value that is right, or has a problem with this message. */
export function valueThat(
  isRight: (value: unknown) => boolean,
  message: string | ((value: unknown) => string),
): Check {
  return (value) => {
    if (isRight(value)) return NO_PROBLEMS;
    return [{ path: [], message: typeof message === 'string' ? message : message(value) }];
  };
}

/** A value with the problems of the first check that finds any. */
export function both(first: Check, second: Check): Check {
  return (value) => {
    const problems = first(value);
    return problems.length > 0 ? problems : second(value);
  };
}

/** A value that may be left out. */
export function optional(check: Check): Check {
  return unless((value) => value === undefined, check);
}

/** A checked value, or an alternative. */
export function unless(isAlternative: (value: unknown) => boolean, check: Check): Check {
  return (value) => (isAlternative(value) ? NO_PROBLEMS : check(value));
}

/** Options, or a function that returns them later; its result is checked when it is read. */
export function orFunction(check: Check): Check {
  return unless(isFunction, check);
}

/** A list whose items are all checked. */
export function listOf(item: Check, message: string): Check {
  return both(valueThat(Array.isArray, message), (value) => entriesOf(value).flatMap(at(() => item)));
}

/** An object of any names whose values are all checked. */
export function recordOf(item: Check, message: string): Check {
  return both(valueThat(isRecord, message), (value) => entriesOf(value).flatMap(at(() => item)));
}

interface ObjectWords {
  /** Problem of a value that is no object. */
  readonly message?: string;
  /** Problem of a name that is not among the options; `undefined` lets the name pass. */
  readonly unknownName?: (name: string) => string | undefined;
}

/** An object with these options. An unknown option is a problem at its own path. */
export function optionsOf(shape: Shape, words: ObjectWords = {}): Check {
  const { message = 'must be an object of options', unknownName = unknownOptionOf(shape) } = words;
  const names = Object.keys(shape);
  return both(valueThat(isRecord, message), (value) => {
    const given = isObject(value) ? value : {};
    const known = names.map((name): [string, unknown] => [name, given[name]]);
    const unknown = Object.keys(given).filter((name) => !Object.hasOwn(shape, name));
    return [
      ...known.flatMap(at((name) => shape[name])),
      ...unknown.flatMap((name) => {
        const problem = unknownName(name);
        return problem === undefined ? [] : [{ path: [name], message: problem }];
      }),
    ];
  });
}

function unknownOptionOf(shape: Shape): (name: string) => string {
  return (name) => {
    const right = nearestName(name, Object.keys(shape));
    return `is no option here; ${right === undefined ? 'check the spelling' : `did you mean "${right}"?`}`;
  };
}

/** Moves the problems of an item to the place of the item. */
function at(checkOf: (name: string) => Check | undefined): (entry: [string, unknown]) => Problem[] {
  return ([name, item]) =>
    (checkOf(name)?.(item) ?? NO_PROBLEMS).map(({ path, message }) => ({ path: [name, ...path], message }));
}

function entriesOf(value: unknown): [string, unknown][] {
  return Object.entries(isObject(value) ? value : {});
}

export function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

export function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isRecord(value: unknown): boolean {
  return isObject(value) && !Array.isArray(value);
}

function isJson(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  return isObject(value) && Object.values(value).every(isJson);
}

/** One of several strings; the error lists them. */
export function oneOf(...words: readonly string[]): Check {
  return valueThat((value) => words.some((word) => word === value), `must be one of ${quoted(words)}`);
}

export function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
}

/** A number within limits; the message of the first limit that it breaks. */
function numberThat(type: string, ...limits: [(value: number) => boolean, string][]): Check {
  return (value) => {
    const isNumber = typeof value === 'number' && Number.isFinite(value);
    const message = isNumber ? limits.find(([isRight]) => !isRight(value))?.[1] : type;
    return message === undefined ? NO_PROBLEMS : [{ path: [], message }];
  };
}

const A_CENTURY: [(value: number) => boolean, string] = [
  (value) => value <= CENTURY_SECONDS,
  'must be at most 100 years',
];

export const aFunction: Check = valueThat(isFunction, 'must be a function');
export const text: Check = valueThat(isText, (value) =>
  value === undefined ? 'is required' : 'must be a string',
);
export const filledText: Check = both(
  text,
  valueThat((value) => value !== '', 'must not be empty'),
);
export const textOrList: Check = valueThat(
  (value) => (Array.isArray(value) ? value.every(isText) : isText(value)),
  'must be a string or a list of strings',
);
export const seconds: Check = numberThat(
  'must be a number of seconds',
  [(value) => value >= 0, 'must not be negative'],
  A_CENTURY,
);
export const positiveSeconds: Check = numberThat(
  'must be a number of seconds',
  [(value) => value > 0, 'must be more than 0'],
  A_CENTURY,
);
export const headers: Check = recordOf(text, 'must be an object of header names and values');
export const json: Check = valueThat(isJson, 'must be a JSON value');
export const jsonValues: Check = recordOf(json, 'must be an object of JSON values');

/** A whole number from 1 on. */
export function wholeNumber(max: number = Number.MAX_SAFE_INTEGER): Check {
  return numberThat(
    'must be a whole number',
    [Number.isInteger, 'must be a whole number'],
    [(value) => value >= 1, 'must be at least 1'],
    [(value) => value <= max, `must be at most ${max}`],
  );
}
