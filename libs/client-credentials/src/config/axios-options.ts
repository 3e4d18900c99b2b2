import { z } from 'zod';
import { isObject } from '../base/objects.js';

// Zod's own numbers are finite, and axios takes Infinity.
const aNumber = z.custom<number>(
  (value) => typeof value === 'number' && !Number.isNaN(value),
  'must be a number',
);
const notNegative = aNumber.refine((value) => value >= 0, 'must not be negative');
const aFunction = z.custom((value) => typeof value === 'function', 'must be a function');
const aFlag = z.boolean({ error: 'must be true or false' });
const anObject = z.custom(isObject, 'must be an object');
const functions = z.union([aFunction, z.array(aFunction)], { error: 'must be a function or a list of them' });
const aText = z.string({ error: 'must be a string' });
const anAdapter = z.union([aFunction, z.enum(['xhr', 'http', 'fetch'])], {
  error: "must be a function, 'http', 'fetch' or 'xhr'",
});

/** What is checked of the options for axios. What is not named here is left to axios. */
const checked = {
  baseURL: aText,
  timeout: notNegative,
  timeoutErrorMessage: aText,
  headers: anObject,
  params: anObject,
  maxRedirects: notNegative,
  maxContentLength: aNumber,
  maxBodyLength: aNumber,
  responseType: z.enum(['arraybuffer', 'blob', 'document', 'json', 'text', 'stream', 'formdata'], {
    error: 'must be a response type of axios',
  }),
  validateStatus: aFunction.nullable(),
  httpAgent: z.union([anObject, z.boolean()], { error: 'must be an agent' }),
  httpsAgent: z.union([anObject, z.boolean()], { error: 'must be an agent' }),
  proxy: z.union([anObject, z.literal(false)], { error: 'must be false, or an object with host and port' }),
  adapter: z.union([anAdapter, z.array(anAdapter)], {
    error: "must be a function, 'http', 'fetch' or 'xhr', or a list of them",
  }),
  transformRequest: functions,
  transformResponse: functions,
  beforeRedirect: aFunction,
  decompress: aFlag,
  allowAbsoluteUrls: aFlag,
  withCredentials: aFlag,
};

const KNOWN = new Map(Object.keys(checked).map((name) => [spellingOf(name), name]));

const checkedOptions = z.looseObject(
  Object.fromEntries(Object.entries(checked).map(([name, check]) => [name, check.optional()])),
  { error: 'must be an object' },
);

/**
 * Options for axios. Those with a wrong value, and those with an almost right name, are refused; those of axios's plugins are taken.
 *
 * Both are checked at once: a refinement of an object is not reached where one of its values is wrong.
 */
export const axiosOptions: z.ZodType = z.unknown().superRefine((value, context) => {
  for (const { path, message } of checkedOptions.safeParse(value).error?.issues ?? [])
    context.addIssue({ code: 'custom', path, message });
  for (const name of Object.keys(isObject(value) ? value : {})) {
    const meant = KNOWN.get(spellingOf(name));
    if (meant !== undefined && meant !== name)
      context.addIssue({
        code: 'custom',
        path: [name],
        message: `is no option of axios; did you mean "${meant}"?`,
      });
  }
});

/** A name without what is easily mistaken in it: capitals, dashes, and the plural. */
function spellingOf(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '').replace(/s$/, '');
}
