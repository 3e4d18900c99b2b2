import type { Sandbox } from '../sandbox/sandbox.js';
import type { Calls } from './calls.js';
import { counted, type Control } from './control.js';
import { tokenRequestsOf } from './token-requests.js';

const CALLS_EACH = 5;

/** Revokes every token at every provider. */
export class RevokeTokens implements Control {
  readonly id = 'revoke';
  readonly label = 'Revoke all tokens';
  readonly hint = 'Every API refuses the tokens of before with 401.';

  constructor(
    private readonly sandbox: Sandbox,
    private readonly calls: Calls,
  ) {}

  async run(): Promise<string> {
    await this.calls.toAll(1);
    for (const provider of Object.values(this.sandbox)) provider.revokeTokens();
    const before = tokenRequestsOf(this.sandbox);
    const { calls, failed } = await this.calls.toAll(CALLS_EACH);
    const requests = tokenRequestsOf(this.sandbox) - before;
    return `all tokens revoked: ${counted(calls, 'call')}, ${counted(requests, 'token request')}, ${failed} failed calls`;
  }
}
