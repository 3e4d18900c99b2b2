import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

const FOLDER = join(import.meta.dirname, '..', '..', '.github', 'workflows');

/** One step of a job: an action or a script. */
export interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

interface Job {
  needs?: string | string[];
  uses?: string;
  'runs-on'?: string;
  permissions?: Record<string, string>;
  strategy?: { matrix: Record<string, unknown[]> };
  services?: Record<string, unknown>;
  steps?: Step[];
}

export interface Workflow {
  on: Record<string, unknown>;
  permissions?: Record<string, string>;
  jobs: Record<string, Job>;
}

/** The workflows by the names of their files, as GitHub reads them. */
export async function readWorkflows(): Promise<Map<string, Workflow>> {
  const workflows = new Map<string, Workflow>();
  for (const file of await readdir(FOLDER))
    workflows.set(file, parse(await readFile(join(FOLDER, file), 'utf8')) as Workflow);
  return workflows;
}

/** The steps of all jobs. */
export function stepsOf(workflows: Iterable<Workflow>): Step[] {
  return [...workflows].flatMap(({ jobs }) => Object.values(jobs).flatMap(({ steps = [] }) => steps));
}

/** Names of the npm scripts that the steps run, also through an action. */
export function scriptsOf(steps: Step[]): string[] {
  const texts = steps.flatMap(({ run = '', with: given = {} }) => [run, ...Object.values(given).map(String)]);
  const named = texts.flatMap((text) => [
    ...text.matchAll(/\bnpm (?:run (?:--silent )?(?<script>[\w:-]+)|(?<own>test|start)\b)/g),
  ]);
  return named.map(({ groups }) => groups?.['script'] ?? String(groups?.['own']));
}
