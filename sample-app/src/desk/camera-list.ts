import { Injectable } from '@nestjs/common';
import { InjectTokenClient, TokenClient } from 'nestjs-client-credentials';
import { firstValueFrom } from 'rxjs';
import type { DeskStep } from './desk-step.js';
import type { IncomingDocument } from './document.js';

export interface Camera {
  id: string;
  name: string;
}

/** Step with Fyma: lists the cameras that film the desk. */
@Injectable()
export class CameraList implements DeskStep {
  readonly name = 'cameras';
  readonly provider = 'fyma';

  constructor(@InjectTokenClient('fyma') private readonly fyma: TokenClient) {}

  async run(_document: IncomingDocument, signal: AbortSignal): Promise<string> {
    const cameras = await this.list(signal);
    return `seen by ${cameras.map(({ name }) => name).join(', ')}`;
  }

  async list(signal?: AbortSignal): Promise<Camera[]> {
    const { data } = await firstValueFrom(
      this.fyma.get<Camera[]>('/tracking-cameras', { ...(signal !== undefined && { signal }) }),
    );
    return data;
  }
}
