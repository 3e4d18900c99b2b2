import { Injectable } from '@nestjs/common';
import { InjectTokenClient, TokenClient } from 'nestjs-client-credentials';
import { firstValueFrom } from 'rxjs';
import { Backend } from '../backend/backend.js';
import type { DeskStep } from './desk-step.js';
import type { IncomingDocument } from './document.js';
import { pollUntil } from './poll.js';

const TASKS = '/api/v1.0/external/sdtask';

interface Task {
  taskId: string;
  status?: string;
  fields?: Record<string, unknown>;
}

/** Step with SmartDocumentor: reads the fields of the document. */
@Injectable()
export class DocumentReading implements DeskStep {
  readonly name = 'read';
  readonly provider = 'smartDocumentor';

  constructor(
    @InjectTokenClient('smartDocumentor') private readonly smartDocumentor: TokenClient,
    private readonly backend: Backend,
  ) {}

  async run(document: IncomingDocument, signal: AbortSignal): Promise<string> {
    const file = { fileName: document.name, fileContent: document.content.toString('base64') };
    const { data: task } = await firstValueFrom(
      this.smartDocumentor.post<Task>(`${TASKS}/process`, file, { signal }),
    );
    const { fields = {} } = await pollUntil(
      () => this.lookUp(task.taskId, signal),
      this.backend.pollPace,
      signal,
    );
    return `read ${Object.keys(fields).length} fields: ${Object.keys(fields).join(', ')}`;
  }

  /** Reads the status of a task. The route is assumed: the public documentation does not name it. */
  private async lookUp(taskId: string, signal: AbortSignal): Promise<Task | undefined> {
    const { data } = await firstValueFrom(
      this.smartDocumentor.get<Task>(`${TASKS}/${encodeURIComponent(taskId)}/status`, { signal }),
    );
    if (data.status === 'Failed')
      throw new Error('SmartDocumentor could not read the document. Try a clearer copy.');
    return data.status === 'Completed' ? data : undefined;
  }
}
