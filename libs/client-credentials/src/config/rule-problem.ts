/** A problem of a configuration, and the option it is about. */
export type RuleProblem = readonly [key: string, problem: string];
