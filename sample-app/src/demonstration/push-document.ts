import { setTimeout as wait } from 'node:timers/promises';
import type { TenantName } from '../config/tenants.js';
import type { DocumentProgress, StepProgress } from '../desk/document.js';

const LOOK_EVERY_MS = 50;

/** Hands a document in as any client would, over HTTP, and tells of each step as it ends. */
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

  const told = new Set<string>();
  for (;;) {
    const answer = await fetch(new URL(location, deskUrl));
    const progress: DocumentProgress = JSON.parse(await answer.text());
    for (const step of progress.steps) {
      const hasEnded = step.state === 'done' || step.state === 'failed';
      if (!hasEnded || told.has(step.step)) continue;
      told.add(step.step);
      onStep(step);
    }
    if (progress.state !== 'in progress') return progress;
    await wait(LOOK_EVERY_MS);
  }
}
