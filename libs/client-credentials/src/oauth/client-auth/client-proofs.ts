import type { Authenticate } from './methods.js';

/** One secret, key or assertion that authenticates the client. */
export interface ClientProof {
  /** Identifies this proof among the client's proofs. May itself be a secret. */
  readonly id: string;
  /** Values that no output may show. */
  readonly secrets: readonly string[];
  readonly authenticate: Authenticate;
}

/** The proofs of a client, and how they are read. */
export interface ClientProofs {
  /** Subject of the error message if reading fails. */
  readonly label: string;
  readonly mayChange: boolean;
  /** Whether every read gives a new proof, so that a change is no rotation. */
  readonly isEphemeral?: true;
  read(): Promise<readonly ClientProof[]>;
}
