/** The configuration's own function or file gave something that cannot be used. Its message quotes nothing of it. */
export class UnusableInput extends TypeError {}

/** Reads something that the configuration names, within the time there is; `what` is how an error calls it. */
export type ReadInput = <T>(what: string, read: () => Promise<T>) => Promise<T>;
