import { Injectable } from '@nestjs/common';
import { InjectTokenClient, TokenClient } from 'nestjs-client-credentials';
import { firstValueFrom } from 'rxjs';

export interface Answer {
  method: string;
  path: string;
}

@Injectable()
export class Invoices {
  constructor(@InjectTokenClient('billing') private readonly billing: TokenClient) {}

  async find(id: string): Promise<Answer> {
    const { data } = await firstValueFrom(this.billing.get<Answer>(`/invoices/${id}`));
    return data;
  }
}
