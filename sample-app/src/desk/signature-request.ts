import { Injectable } from '@nestjs/common';
import { InjectTokenClient, TokenClient } from 'nestjs-client-credentials';
import { firstValueFrom } from 'rxjs';
import type { DeskStep } from './desk-step.js';
import type { IncomingDocument } from './document.js';

interface Account {
  email: string;
}

/** Step with Signeasy: sends the document out for signature. */
@Injectable()
export class SignatureRequest implements DeskStep {
  readonly name = 'sign';
  readonly provider = 'signeasy';

  constructor(@InjectTokenClient('signeasy') private readonly signeasy: TokenClient) {}

  async run(document: IncomingDocument, signal: AbortSignal): Promise<string> {
    // The recipient is the desk's own account: a demonstration must not send mail to others.
    const { data: me } = await firstValueFrom(this.signeasy.get<Account>('/me', { signal }));
    // The path is assumed: the public documentation does not name it.
    const envelope = { name: document.name, recipients: [{ email: me.email }] };
    await firstValueFrom(this.signeasy.post('/rs/envelope', envelope, { signal }));
    return `sent to ${me.email} for signature`;
  }
}
