import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

const STEP_TIMEOUT_MS = 60_000;

interface Execution {
  cwd: string;
  timeoutMs?: number;
}

/** Runs a program to its end; an error has all that it wrote. */
export async function execute(
  command: string,
  args: string[],
  { cwd, timeoutMs = STEP_TIMEOUT_MS }: Execution,
): Promise<{ stdout: string }> {
  try {
    return await run(command, args, {
      cwd,
      timeout: timeoutMs,
      env: ownEnvironment(),
      maxBuffer: 2 ** 24,
      // npm and npx are batch files there.
      shell: process.platform === 'win32' && command !== process.execPath,
    });
  } catch (error) {
    const { code, killed, stdout, stderr } = error as { [Name in string]?: unknown };
    const end = killed === true ? `did not end within ${String(timeoutMs)} ms` : `ended with ${String(code)}`;
    throw new Error(`${command} ${args.join(' ')} ${end}\n${String(stdout)}\n${String(stderr)}`, {
      cause: error,
    });
  }
}

/** Environment without the variables that npm and jest set for this test. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const foreign =
    /^(npm_(package|lifecycle|command|config_local_prefix|config_loglevel)|NODE_ENV$|NODE_OPTIONS$|JEST_WORKER_ID$|FORCE_COLOR$)/;
  const others = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  // In CI some programs write colours into a pipe, too.
  return { ...Object.fromEntries(others), NO_COLOR: '1' };
}
