import { startFuuffy } from './fuuffy.js';
import { startFyma } from './fyma.js';
import { startResistantDocuments, type ResistantSandbox } from './resistant-documents.js';
import type { SandboxOptions, SandboxProvider } from './sandbox-provider.js';
import { startSigneasy, type SigneasySandbox } from './signeasy.js';
import { startSmartDocumentor } from './smart-documentor.js';

/** The five simulated providers by name. */
export interface Sandbox {
  resistant: ResistantSandbox;
  smartDocumentor: SandboxProvider;
  signeasy: SigneasySandbox;
  fuuffy: SandboxProvider;
  fyma: SandboxProvider;
}

export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const [resistant, smartDocumentor, signeasy, fuuffy, fyma] = await Promise.all([
    startResistantDocuments(options),
    startSmartDocumentor(options),
    startSigneasy(options),
    startFuuffy(options),
    startFyma(options),
  ]);
  return { resistant, smartDocumentor, signeasy, fuuffy, fyma };
}

export async function stopSandbox(sandbox: Sandbox): Promise<void> {
  const providers: SandboxProvider[] = Object.values(sandbox);
  await Promise.all(providers.map((provider) => provider.close()));
}
