import type { Step } from './step.js';

/** Writes what is found, as it is found or at the end. */
export interface Report {
  /** Begins a provider. */
  provider(name: string): void;
  step(step: Step): void;
  /** Whether no step of any provider failed. */
  end(): boolean;
}

const MARKS = { ok: '✓', warning: '⚠', failed: '✗' } as const;
const COLOURS = { ok: 32, warning: 33, failed: 31 } as const;
// As wide as the longest name of a step.
const NAME_WIDTH = 'configuration'.length;

/** A report of one line for each step. */
export function textReport(write: (text: string) => void, hasColours: boolean): Report {
  let isFirst = true;
  let isOk = true;
  return {
    provider(name) {
      write(`${isFirst ? '' : '\n'}${name}\n`);
      isFirst = false;
    },
    step({ step, status, message }) {
      isOk &&= status !== 'failed';
      const mark = MARKS[status];
      const shown = hasColours ? `\u001B[${COLOURS[status]}m${mark}\u001B[0m` : mark;
      write(`${shown} ${step.padEnd(NAME_WIDTH)}  ${message}\n`);
    },
    end: () => isOk,
  };
}

interface ProviderReport {
  name: string;
  ok: boolean;
  steps: Record<string, unknown>[];
}

/** A report of one JSON document: `{ ok, providers: [{ name, ok, steps: [{ step, status, message, … }] }] }`. */
export function jsonReport(write: (text: string) => void): Report {
  const providers: ProviderReport[] = [];
  return {
    provider: (name) => void providers.push({ name, ok: true, steps: [] }),
    step({ step, status, message, details }) {
      const current = providers.at(-1);
      if (current === undefined) return;
      current.ok &&= status !== 'failed';
      current.steps.push({ step, status, message, ...details });
    },
    end() {
      const ok = providers.every((provider) => provider.ok);
      write(`${JSON.stringify({ ok, providers }, null, 2)}\n`);
      return ok;
    },
  };
}
