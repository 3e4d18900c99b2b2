import { readFile } from 'node:fs/promises';
import { readArguments, type DoctorArguments } from './arguments.js';
import { candidatesOf, type Candidate } from './candidate.js';
import { clientConfigOf } from './client-config.js';
import { curlOf } from './curl/curl.js';
import { readDotEnv, readStdin } from './environment.js';
import { examineProvider } from './examine-provider.js';
import { helpText } from './help.js';
import { loadConfiguration } from './load-configuration.js';
import { oneProvider } from './one-provider.js';
import { jsonReport, textReport } from './report.js';
import { oneLine } from './step.js';
import { messageOf } from './steps/token.js';
import { UsageError } from './usage-error.js';

/** Where the command writes. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly hasColours: boolean;
}

/** Runs the command; returns its exit code. */
export async function run(args: readonly string[], output: Output): Promise<number> {
  try {
    const command = readArguments(args);
    if (command === 'help') output.out(helpText());
    else if (command === 'version') output.out(`${await versionOf()}\n`);
    else return (await doctor(command, output)) ? 0 : 1;
    return 0;
  } catch (error) {
    const [message, code] =
      error instanceof UsageError ? [error.message, error.exitCode] : [messageOf(error), 1];
    const hint = code === 2 ? ' See --help.' : '';
    output.err(`nestjs-client-credentials: ${message}${hint}\n`);
    return code;
  }
}

async function doctor(given: DoctorArguments, output: Output): Promise<boolean> {
  readDotEnv();
  const candidates = await candidatesIn(given);
  if (given.isCurl) return printCurl(candidates, given, output);
  const report = given.isJson ? jsonReport(output.out) : textReport(output.out, output.hasColours);
  for (const candidate of candidates) {
    report.provider(candidate.name);
    for await (const step of examineProvider(candidate, given)) report.step(step);
  }
  return report.end();
}

async function candidatesIn({ subject, provider, call, isCurl }: DoctorArguments): Promise<Candidate[]> {
  if ('config' in subject) return candidatesOf(await loadConfiguration(subject.config), provider);
  const readSecret = async (): Promise<string> => {
    const secret = subject.isSecretOnStdin ? await readStdin() : (process.env['CLIENT_SECRET'] ?? '');
    if (secret !== '') return secret;
    // A curl command has a variable in its place.
    if (isCurl) return 'secret';
    throw new UsageError(
      'The client secret is missing. Set the variable CLIENT_SECRET, in the environment or in .env, or use --secret-stdin.',
    );
  };
  return [await oneProvider(subject, { call, readSecret })];
}

async function printCurl(
  candidates: readonly Candidate[],
  { tenant }: DoctorArguments,
  { out, err }: Output,
): Promise<boolean> {
  let isOk = true;
  for (const candidate of candidates) {
    try {
      const client = await clientConfigOf(candidate, tenant);
      const hasTenants = client === 'tenant missing';
      out(hasTenants ? `# ${candidate.name}: has tenants, name one with --tenant\n` : curlOf(client));
    } catch (error) {
      isOk = false;
      err(`${candidate.name}: ${oneLine(messageOf(error))}\n`);
    }
  }
  return isOk;
}

async function versionOf(): Promise<string> {
  const manifest: unknown = JSON.parse(
    await readFile(new URL('../../../package.json', import.meta.url), 'utf8'),
  );
  return String(Reflect.get(Object(manifest), 'version'));
}
