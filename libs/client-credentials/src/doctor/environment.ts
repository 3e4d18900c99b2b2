import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { oneLine } from './step.js';
import { UsageError } from './usage-error.js';
import { redact } from '../oauth/redact.js';

const FILE = '.env';
const SECRET_NAME = /secret|pass|token|key|credential|assertion/i;
// A shorter value, such as a port or a stage, is found in many words.
const MIN_SECRET_LENGTH = 6;

/** Reads `.env` of the current folder, if it is there. Variables of the environment win. */
export function readDotEnv(): void {
  if (!existsSync(FILE)) return;
  try {
    process.loadEnvFile(FILE);
  } catch (error) {
    throw new UsageError(`The file .env could not be read (${codeOf(error)}). Correct it, or remove it.`);
  }
}

/** The text of an error of the application's own code, without values that the environment keeps secret. */
export function wordsOf(error: unknown): string {
  const words = error instanceof Error ? `${error.name}: ${error.message}` : `a ${typeof error} was thrown`;
  const secrets = Object.entries(process.env).flatMap(([name, value = '']) =>
    SECRET_NAME.test(name) && value.length >= MIN_SECRET_LENGTH ? [value] : [],
  );
  return oneLine(redact(words, secrets));
}

/** Code of a system error, else its name. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? code : error.name;
}

/** Reads the client secret from standard input, without the line break at its end. */
export async function readStdin(): Promise<string> {
  return (await text(process.stdin)).replace(/\r?\n$/, '');
}
