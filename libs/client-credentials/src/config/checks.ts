import { z } from 'zod';
import { isObject } from '../base/objects.js';
import { nearestName } from './spelling.js';

/** One check for every option of `T`: an option without a check does not compile, nor a check without an option. */
export type ChecksOf<T> = Record<keyof T, z.ZodType>;

const CENTURY_SECONDS = 100 * 365 * 86_400;

export const aFunction: z.ZodType = z.custom((value) => typeof value === 'function', 'must be a function');
export const text: z.ZodString = z.string({
  error: ({ input }) => (input === undefined ? 'is required' : 'must be a string'),
});
export const filledText: z.ZodString = text.min(1, 'must not be empty');
export const textOrList: z.ZodType = z.union([text, z.array(text)], {
  error: 'must be a string or a list of strings',
});
const number = z
  .number({ error: 'must be a number of seconds' })
  .max(CENTURY_SECONDS, 'must be at most 100 years');
export const seconds: z.ZodNumber = number.nonnegative('must not be negative');
export const positiveSeconds: z.ZodNumber = number.positive('must be more than 0');
export const wholeNumber: z.ZodNumber = z
  .number({ error: 'must be a whole number' })
  .int('must be a whole number')
  .min(1, 'must be at least 1');
export const headers: z.ZodType = z.record(z.string(), text, {
  error: 'must be an object of header names and values',
});
export const json: z.ZodType = z.json({ error: 'must be a JSON value' });
export const jsonValues: z.ZodType = z.record(z.string(), json, {
  error: 'must be an object of JSON values',
});

/** One of several strings; the error lists them. */
export function oneOf(...words: [string, ...string[]]): z.ZodType {
  return z.enum(words, { error: `must be one of ${quoted(words)}` });
}

export function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
}

type Shape = Readonly<Record<string, z.ZodType>>;

interface ObjectWords {
  /** Problem of a value that is no object. */
  readonly message?: string;
  /** Problem of a name that is not among the options; `undefined` lets the name pass. */
  readonly unknownName?: (name: string) => string | undefined;
}

/** An object with these options. An unknown option is a problem at its own path. */
export function optionsOf(shape: Shape, words: ObjectWords = {}): z.ZodType {
  const { message = 'must be an object of options', unknownName = unknownOptionOf(shape) } = words;
  const options = z.looseObject(shape, { error: message });
  // Zod's own strict object would report unknown options together, and at the path of the object.
  return z.unknown().superRefine((value, context) => {
    addProblems(options, value, context);
    const names = isObject(value) && !Array.isArray(value) ? Object.keys(value) : [];
    for (const name of names.filter((each) => !Object.hasOwn(shape, each))) {
      const problem = unknownName(name);
      if (problem !== undefined) context.addIssue({ code: 'custom', path: [name], message: problem });
    }
  });
}

/** Options, or an alternative value. A Zod union would report its own path instead of the wrong option's. */
export function unless(isAlternative: (value: unknown) => boolean, options: z.ZodType): z.ZodType {
  return z.unknown().superRefine((value, context) => {
    if (!isAlternative(value)) addProblems(options, value, context);
  });
}

function addProblems(check: z.ZodType, value: unknown, context: z.RefinementCtx): void {
  for (const { path, message } of check.safeParse(value).error?.issues ?? []) {
    context.addIssue({ code: 'custom', path, message });
  }
}

function unknownOptionOf(shape: Shape): (name: string) => string {
  return (name) => {
    const right = nearestName(name, Object.keys(shape));
    return `is no option here; ${right === undefined ? 'check the spelling' : `did you mean "${right}"?`}`;
  };
}

/** Options, or a function that returns them later; its result is checked when it is read. */
export function orFunction(options: z.ZodType): z.ZodType {
  return unless((value) => typeof value === 'function', options);
}
