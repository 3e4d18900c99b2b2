import { isAxiosError } from 'axios';
import { firstValueFrom } from 'rxjs';
import { RESISTANT_WRITE_SCOPE, type ResistantSandbox } from '../sandbox/resistant-documents.js';
import type { Calls } from './calls.js';
import { CHANGE_SECONDS, counted, type Control } from './control.js';
import { TimedChange } from './timed-change.js';

/** Takes the scope for submissions away from Resistant Documents' client. */
export class WithholdScope implements Control {
  readonly id = 'scope';
  readonly label = 'Take a scope away';
  readonly hint = `For ${CHANGE_SECONDS} s, Resistant Documents refuses submissions with 403, also those of your documents.`;
  private readonly change: TimedChange;

  constructor(
    private readonly resistant: ResistantSandbox,
    private readonly calls: Calls,
  ) {
    this.change = new TimedChange(() => (resistant.withheldScope = undefined));
  }

  async run(): Promise<string> {
    // The token of before is at hand, so that a token request after the refusal would be counted.
    await this.calls.clientOf('resistant').getToken({ minRemainingSeconds: CHANGE_SECONDS / 2 + 1 });
    this.resistant.withheldScope = RESISTANT_WRITE_SCOPE;
    this.change.begin();
    const before = this.resistant.counts.tokenRequests;
    const status = await this.submit();
    const requests = this.resistant.counts.tokenRequests - before;
    return `scope ${RESISTANT_WRITE_SCOPE} taken away for ${CHANGE_SECONDS} s: 1 call refused (${status}), ${counted(requests, 'token request')} for it`;
  }

  close(): void {
    this.change.end();
  }

  private async submit(): Promise<number | undefined> {
    const submission = { query_id: 'scope', pipeline_configuration: 'FRAUD_ONLY' };
    try {
      const client = this.calls.clientOf('resistant');
      return (await firstValueFrom(client.post('/v2/submission', submission))).status;
    } catch (error) {
      if (isAxiosError(error) && error.response !== undefined) return error.response.status;
      throw error;
    }
  }
}
