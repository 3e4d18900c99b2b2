import type { AxiosRequestConfig } from 'axios';
import { MAX_TIMER_MS } from '../base/abort.js';
import { isObject } from '../base/objects.js';
import {
  isFunction,
  isText,
  optional,
  optionsOf,
  unless,
  valueThat,
  type Check,
  type ChecksOf,
} from './checks.js';
import { misspelt } from './spelling.js';

/** A check of one value; `null` is an option that is not set, as for axios. */
function settingThat(isRight: (value: unknown) => boolean, message: string): Check {
  return optional(unless((value) => value === null, valueThat(isRight, message)));
}

/** Whether a header's value has a line break, also in the headers of one method. */
function hasLineBreak(value: unknown): boolean {
  if (typeof value === 'string') return /[\r\n]/.test(value);
  return isObject(value) && Object.values(value).some(hasLineBreak);
}

/** Whether a value, or each value in a list, is right. */
function eachOf(isRight: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => (Array.isArray(value) ? value.every(isRight) : isRight(value));
}

const text = settingThat(isText, 'must be a string');
const textOrList = settingThat(eachOf(isText), 'must be a string or a list of strings');
const flag = settingThat((value) => typeof value === 'boolean', 'must be true or false');
const aFunction = settingThat(isFunction, 'must be a function');
const functionOrList = settingThat(eachOf(isFunction), 'must be a function or a list of functions');
const anObject = settingThat((value) => isObject(value) && !Array.isArray(value), 'must be an object');
const aSize = settingThat(
  (value) => typeof value === 'number' && !Number.isNaN(value),
  'must be a number of bytes, or -1 for no limit',
);
const agent = settingThat(
  (value) => value === false || (isObject(value) && isFunction(value['addRequest'])),
  'must be an agent, such as new Agent() of node:https, and not a URL',
);
const headers = settingThat(
  (value) => isObject(value) && !Array.isArray(value) && !hasLineBreak(value),
  'must be an object of header names and values, none of them with a line break',
);

const RESPONSE_TYPES: readonly unknown[] = [
  'arraybuffer',
  'blob',
  'document',
  'formdata',
  'json',
  'stream',
  'text',
];
const ADAPTERS: readonly unknown[] = ['fetch', 'http', 'xhr'];

/** The options of axios, each with the check of its value. */
const CHECKS = {
  url: text,
  method: text,
  baseURL: text,
  allowAbsoluteUrls: flag,
  transformRequest: functionOrList,
  transformResponse: functionOrList,
  headers,
  params: anObject,
  paramsSerializer: settingThat(
    (value) => isFunction(value) || isObject(value),
    'must be an object of options or a function',
  ),
  data: () => [],
  timeout: settingThat(
    (value) => typeof value === 'number' && value >= 0 && value <= MAX_TIMER_MS,
    `must be a number of milliseconds from 0 to ${MAX_TIMER_MS}`,
  ),
  timeoutErrorMessage: text,
  withCredentials: flag,
  adapter: settingThat(
    eachOf((value) => isFunction(value) || ADAPTERS.includes(value)),
    "must be 'http', 'fetch', 'xhr', a function, or a list of these",
  ),
  auth: anObject,
  responseType: settingThat(
    (value) => RESPONSE_TYPES.includes(value),
    `must be one of ${RESPONSE_TYPES.map((type) => `'${String(type)}'`).join(', ')}`,
  ),
  responseEncoding: text,
  xsrfCookieName: text,
  xsrfHeaderName: text,
  onUploadProgress: aFunction,
  onDownloadProgress: aFunction,
  maxContentLength: aSize,
  validateStatus: aFunction,
  maxBodyLength: aSize,
  maxRedirects: settingThat(
    (value) => typeof value === 'number' && Number.isInteger(value) && value >= 0,
    'must be a whole number, 0 for none',
  ),
  maxRate: settingThat(
    eachOf((value) => typeof value === 'number'),
    'must be a number or a list of two numbers',
  ),
  beforeRedirect: aFunction,
  socketPath: text,
  allowedSocketPaths: textOrList,
  transport: anObject,
  httpAgent: agent,
  httpsAgent: agent,
  proxy: settingThat(
    (value) => value === false || (isObject(value) && typeof value['host'] === 'string'),
    'must be false or an object with host and port, not a URL',
  ),
  cancelToken: anObject,
  decompress: flag,
  transitional: anObject,
  signal: anObject,
  insecureHTTPParser: flag,
  env: anObject,
  formSerializer: anObject,
  family: settingThat((value) => value === 4 || value === 6 || value === 0, 'must be 4 or 6'),
  lookup: aFunction,
  withXSRFToken: settingThat(
    (value) => typeof value === 'boolean' || isFunction(value),
    'must be true, false or a function',
  ),
  parseReviver: aFunction,
  fetchOptions: anObject,
  httpVersion: settingThat((value) => value === 1 || value === 2, 'must be 1 or 2'),
  http2Options: anObject,
  formDataHeaderPolicy: text,
  redact: textOrList,
  sensitiveHeaders: textOrList,
} satisfies Partial<ChecksOf<AxiosRequestConfig>>;

const NAMES = Object.keys(CHECKS);

/**
 * The options of an axios instance.
 *
 * Other options are taken, because companions of axios have theirs there (`axios-retry`, `raxConfig`), unless one is
 * the misspelt name of an option of axios.
 */
export const axiosOptions: Check = optionsOf(CHECKS, {
  message: 'must be an object',
  unknownName: (name) => {
    const right = misspelt(name, NAMES);
    return right === undefined ? undefined : `is not an option of axios; did you mean "${right}"?`;
  },
});
