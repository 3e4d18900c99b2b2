import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// The package has no types.
const require = createRequire(import.meta.url);

/** What ran of one file: how often each statement, function and way of a branch. */
interface FileCounts {
  readonly s: Record<string, number>;
  readonly f: Record<string, number>;
  readonly b: Record<string, number[]>;
}

type Counts = Record<string, FileCounts>;

interface Instrumenter {
  instrumentSync(code: string, file: string, sourceMap: object): string;
}

/** Counts what child processes run, and adds it to what jest has counted in this process. */
export class ChildCoverage {
  private constructor(
    private readonly counts: Counts,
    private readonly directory: string,
    private readonly instrumenter: Instrumenter,
  ) {}

  /** Keeps what the children leave in this folder; `undefined` where jest counts nothing. */
  static async ifAsked(directory: string): Promise<ChildCoverage | undefined> {
    // Where jest counts, the counts are there as soon as a file of the library is loaded.
    await import('../../libs/client-credentials/src/doctor/usage-error.js');
    const counts = Reflect.get(globalThis, '__coverage__') as Counts | undefined;
    if (counts === undefined) return undefined;
    const { createInstrumenter } = require('istanbul-lib-instrument') as {
      createInstrumenter: (options: { esModules: boolean }) => Instrumenter;
    };
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, 'at-exit.mjs'), AT_EXIT);
    return new ChildCoverage(counts, directory, createInstrumenter({ esModules: true }));
  }

  /** Code that counts what runs of it. */
  instrument(code: string, file: string, sourceMap: string): string {
    return this.instrumenter.instrumentSync(code, file, JSON.parse(sourceMap) as object);
  }

  /** Arguments of Node that let a process leave its counts when it ends. */
  get nodeArguments(): string[] {
    return ['--import', pathToFileURL(join(this.directory, 'at-exit.mjs')).href];
  }

  /** Adds what the children have left. */
  async collect(): Promise<void> {
    const names = await readdir(this.directory);
    for (const name of names.filter((each) => each.endsWith('.json'))) {
      const left = JSON.parse(await readFile(join(this.directory, name), 'utf8')) as Counts;
      for (const [file, counts] of Object.entries(left)) {
        const known = this.counts[file];
        if (known === undefined) this.counts[file] = counts;
        else add(known, counts);
      }
    }
  }
}

const AT_EXIT = `import { writeFileSync } from 'node:fs';
process.on('exit', () => {
  const file = new URL(\`\${process.pid}-\${Date.now()}.json\`, import.meta.url);
  writeFileSync(file, JSON.stringify(globalThis.__coverage__ ?? {}));
});
`;

function add(known: FileCounts, { s, f, b }: FileCounts): void {
  for (const [id, count] of Object.entries(s)) known.s[id] = (known.s[id] ?? 0) + count;
  for (const [id, count] of Object.entries(f)) known.f[id] = (known.f[id] ?? 0) + count;
  for (const [id, ways] of Object.entries(b))
    known.b[id] = ways.map((count, way) => (known.b[id]?.[way] ?? 0) + count);
}
