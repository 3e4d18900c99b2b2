import { execFile, spawn } from 'node:child_process';
import type { RequestListener } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { compileLibrary, type CompiledLibrary } from './compiled-library.js';
import { bareEnvironment } from './programs.js';

/** The client that is examined, and the token that it gets. */
export const DESK = {
  id: 'desk',
  secret: 's3cr+et/väl"ue<&>$x`y',
  token: 'token-of-the-doctor-0123456789',
} as const;

/** Issues the token to everybody. */
export const grant: RequestListener = (_, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ access_token: DESK.token, token_type: 'Bearer', expires_in: 3600 }));
};

/** One step of the JSON report. */
interface ReportedStep {
  step: string;
  status: 'ok' | 'warning' | 'failed';
  message: string;
  [detail: string]: unknown;
}

/** The JSON report. */
export interface ReportedProviders {
  ok: boolean;
  providers: { name: string; ok: boolean; steps: ReportedStep[] }[];
}

/** What a run of the command left. */
export class Outcome {
  constructor(
    readonly code: number | null,
    readonly stdout: string,
    readonly stderr: string,
  ) {}

  get report(): ReportedProviders {
    return JSON.parse(this.stdout) as ReportedProviders;
  }

  /** Lines of the report that begin with a mark. */
  get lines(): string[] {
    return this.stdout.split('\n').filter((line) => /^[✓✗⚠]/u.test(line));
  }

  /** The first line that says what is wrong. */
  get firstFailure(): string {
    return this.lines.find((line) => line.startsWith('✗')) ?? '';
  }

  /** Mark and name of each step. */
  get steps(): string[] {
    return this.lines.map((line) => line.split(/\s+/).slice(0, 2).join(' '));
  }
}

export interface Run {
  env?: Record<string, string>;
  /** Standard input. */
  input?: string;
}

/** The command, compiled from the current source, in a folder of its own. */
export class Doctor implements AsyncDisposable {
  /** Outputs of all runs. */
  readonly outputs: string[] = [];

  private constructor(
    /** The current folder of the command. */
    readonly directory: string,
    readonly library: CompiledLibrary,
  ) {}

  static async start(): Promise<Doctor> {
    const library = await compileLibrary('doctor', 'doctor');
    return new Doctor(await mkdtemp(join(tmpdir(), 'client-credentials-doctor-')), library);
  }

  async write(name: string, content: string): Promise<string> {
    await writeFile(join(this.directory, name), content);
    return name;
  }

  /** Runs the command with these arguments and no variables but the given ones. */
  async run(args: string[], { env = {}, input = '' }: Run = {}): Promise<Outcome> {
    const main = join(this.library.directory, 'doctor', 'main.js');
    const { nodeArguments = [] } = this.library.coverage ?? {};
    const child = spawn(process.execPath, [...nodeArguments, main, ...args], {
      cwd: this.directory,
      env: { ...bareEnvironment(), ...env },
    });
    child.stdin.end(input);
    const ended = new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    this.outputs.push(stdout, stderr);
    return new Outcome(await ended, stdout, stderr);
  }

  /** Runs the command for one provider by its token endpoint. */
  examine(tokenUrl: string, args: string[] = [], { env, ...more }: Run = {}): Promise<Outcome> {
    const all = ['doctor', '--token-url', tokenUrl, '--client-id', DESK.id, ...args];
    return this.run(all, { env: { CLIENT_SECRET: DESK.secret, ...env }, ...more });
  }

  /** Those forms of secrets, in any encoding, that the outputs of all runs show. */
  shown(secrets: readonly string[]): string[] {
    const output = this.outputs.join('\n');
    return secrets.flatMap(formsOf).filter((form) => output.includes(form));
  }

  /** Runs a command that was printed, by the shell. */
  async shell(command: string, env: Record<string, string>): Promise<string> {
    const file = await this.write('command.sh', command);
    const { stdout } = await promisify(execFile)('sh', [file], {
      cwd: this.directory,
      env: { ...bareEnvironment(), ...env },
    });
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.library.coverage?.collect();
    await rm(this.directory, { recursive: true, force: true });
    await this.library[Symbol.asyncDispose]();
  }
}

function formsOf(secret: string): string[] {
  const inForm = new URLSearchParams({ s: secret }).toString().slice(2);
  const pairs = [secret, `${DESK.id}:${secret}`, `${DESK.id}:${inForm}`];
  return [
    secret,
    encodeURIComponent(secret),
    inForm,
    JSON.stringify(secret).slice(1, -1),
    ...pairs.flatMap((pair) => [
      Buffer.from(pair).toString('base64').replace(/=+$/, ''),
      Buffer.from(pair).toString('base64url'),
    ]),
  ];
}
