import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const README = join(import.meta.dirname, '..', '..', 'README.md');

/** Matches a code block whose first line is a comment with the name of its file. */
const NAMED = /^```\w+\n((?:\/\/|#) (\S+)\n[^]*?)^```$/gm;

/** What README.md tells a reader to type: commands to install, and files with their text. */
export interface Instructions {
  /** Packages of the install line, without the library's own. */
  packages: string[];
  files: Map<string, string>;
}

/** Reads the install line below the comment `framework`, and the files that the section `heading` names. */
export async function readInstructions(framework: string, heading: string): Promise<Instructions> {
  const text = await readFile(README, 'utf8');
  const files = new Map<string, string>();
  for (const [, code = '', file = ''] of sectionOf(text, heading).matchAll(NAMED)) files.set(file, code);
  return { packages: packagesOf(sectionOf(text, 'Install'), framework), files };
}

/** The first line of the log that README.md shows, without its level. */
export async function readFirstLogLine(): Promise<string> {
  const [, line] = /^ *LOG (\[ClientCredentialsModule\] .+)$/m.exec(await readFile(README, 'utf8')) ?? [];
  if (line === undefined) throw new Error('README.md shows no log.');
  return line;
}

/** Text from a heading of the second level to the next one. */
function sectionOf(text: string, heading: string): string {
  const section = text.split(/^## /m).find((each) => each.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`README.md has no section "${heading}".`);
  return section;
}

function packagesOf(section: string, framework: string): string[] {
  const lines = section.split('\n');
  const comment = lines.findIndex((line) => line.startsWith(`# ${framework}`));
  const [npm, install, library, ...others] = (lines[comment + 1] ?? '').split(' ');
  if (comment === -1 || [npm, install, library].join(' ') !== 'npm install nestjs-client-credentials')
    throw new Error(`README.md has no line that installs the library below "# ${framework}".`);
  return others;
}
