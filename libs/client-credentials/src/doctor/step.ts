/** The steps of an examination, in their order. */
export type StepName = 'configuration' | 'host' | 'TLS' | 'discovery' | 'token' | 'clock' | 'call';

/** Outcome of one step. */
export interface Step {
  readonly step: StepName;
  readonly status: 'ok' | 'warning' | 'failed';
  /** What was found and, after a failure, what to change. One line. */
  readonly message: string;
  /** Further members of the JSON report. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A step with its message as one line. */
export function stepOf(
  step: StepName,
  status: Step['status'],
  message: string,
  details?: Step['details'],
): Step {
  return { step, status, message: oneLine(message), ...(details !== undefined && { details }) };
}

/** A text as one line, lists included, without the control characters that a server may send to a terminal. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/:\s*\n\s*- /g, ': ')
    .replaceAll(/\n\s*- /g, '; ')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}
