import { setTimeout as wait } from 'node:timers/promises';
import type { TenantName } from '../config/tenants.js';
import type { DocumentProgress, StepProgress } from '../desk/document.js';

const POLL_INTERVAL_MS = 50;

/** Uploads a document over HTTP and calls `onStep` as each step ends. */
export async function pushDocument(
  deskUrl: string,
  onStep: (step: StepProgress) => void,
  tenant?: TenantName,
): Promise<DocumentProgress> {
  const accepted = await fetch(`${deskUrl}/documents?name=contract.txt`, {
    method: 'POST',
    headers: tenant === undefined ? {} : { 'x-tenant-id': tenant },
    body: 'The parties agree to agree.',
  });
  if (accepted.status !== 202) throw new Error(`The desk answered ${accepted.status}. Look at its log.`);
  const location = accepted.headers.get('location') ?? '';

  const reported = new Set<string>();
  for (;;) {
    const response = await fetch(new URL(location, deskUrl));
    const progress: DocumentProgress = JSON.parse(await response.text());
    for (const step of progress.steps) {
      const hasEnded = step.state === 'done' || step.state === 'failed';
      if (!hasEnded || reported.has(step.step)) continue;
      reported.add(step.step);
      onStep(step);
    }
    if (progress.state !== 'in progress') return progress;
    await wait(POLL_INTERVAL_MS);
  }
}
