import { Injectable } from '@nestjs/common';
import { InjectTokenClient, TokenClient } from 'nestjs-client-credentials';
import { firstValueFrom } from 'rxjs';
import { Backend } from '../backend/backend.js';
import type { DeskStep } from './desk-step.js';
import type { IncomingDocument } from './document.js';
import { pollUntil } from './poll.js';

interface Submission {
  submission_id: string;
  upload_url: string;
}

interface FraudResult {
  score: string;
}

/** Step with Resistant Documents: checks the document for fraud. */
@Injectable()
export class FraudCheck implements DeskStep {
  readonly name = 'check';
  readonly provider = 'resistant';

  constructor(
    @InjectTokenClient('resistant') private readonly resistant: TokenClient,
    private readonly backend: Backend,
  ) {}

  async run(document: IncomingDocument, signal: AbortSignal): Promise<string> {
    const { submission_id: id, upload_url: uploadUrl } = await this.submit(document, signal);
    await this.upload(uploadUrl, document.content, signal);
    const { score } = await pollUntil(() => this.lookUp(id, signal), this.backend.pollPace, signal);
    return `checked for fraud, score ${score}`;
  }

  private async submit(document: IncomingDocument, signal: AbortSignal): Promise<Submission> {
    const submission = { query_id: document.id, pipeline_configuration: 'FRAUD_ONLY' };
    const { data } = await firstValueFrom(
      this.resistant.post<Submission>('/v2/submission', submission, { signal }),
    );
    return data;
  }

  /**
   * Uploads to a presigned S3 URL with the same client.
   *
   * The URL has another origin, so that the library adds no token. S3 would reject a presigned request with a token.
   */
  private async upload(url: string, content: Buffer, signal: AbortSignal): Promise<void> {
    const headers = { 'content-type': 'application/octet-stream' };
    await firstValueFrom(this.resistant.put(url, content, { headers, signal }));
  }

  private async lookUp(id: string, signal: AbortSignal): Promise<FraudResult | undefined> {
    const { status, data } = await firstValueFrom(
      this.resistant.get<FraudResult>(`/v2/submission/${encodeURIComponent(id)}/fraud`, {
        signal,
        validateStatus: isResultOrNotYet,
      }),
    );
    return status === 200 ? data : undefined;
  }
}

/** Accepts 200 and 404; 404 means that the result is not ready. */
function isResultOrNotYet(status: number): boolean {
  return status === 200 || status === 404;
}
