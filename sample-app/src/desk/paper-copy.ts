import { Injectable } from '@nestjs/common';
import { InjectTokenClient, TokenClient } from 'nestjs-client-credentials';
import { firstValueFrom } from 'rxjs';
import type { DeskStep } from './desk-step.js';
import type { IncomingDocument } from './document.js';

/** Fuuffy's response format. */
interface Wrapped<T> {
  data: T;
}

interface Order {
  id: string;
  status: string;
}

/** Step with Fuuffy: ships a paper copy. */
@Injectable()
export class PaperCopy implements DeskStep {
  readonly name = 'ship';
  readonly provider = 'fuuffy';

  constructor(@InjectTokenClient('fuuffy') private readonly fuuffy: TokenClient) {}

  async run(document: IncomingDocument, signal: AbortSignal): Promise<string> {
    const order = { document: document.name, recipient: 'Records office' };
    const { data: created } = await firstValueFrom(
      this.fuuffy.post<Wrapped<Order>>('/orders', order, { signal }),
    );
    const { data: found } = await firstValueFrom(
      this.fuuffy.get<Wrapped<Order>>('/order', { params: { id: created.data.id }, signal }),
    );
    return `paper copy ${found.data.status}`;
  }
}
