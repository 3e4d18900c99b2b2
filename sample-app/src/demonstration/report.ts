import { providerNames, providerTitles } from '../config/providers.js';
import type { ProviderName } from '../config/providers.js';
import type { StepProgress } from '../desk/document.js';
import type { CallCounts } from '../sandbox/loopback-server.js';

const titleWidth = Math.max(...Object.values(providerTitles).map((title) => title.length));

export function stepLine({ step, provider, state, message }: StepProgress): string {
  return `  ${state === 'done' ? '✓' : '✗'} ${step.padEnd(8)}${provider.padEnd(titleWidth + 2)}${message ?? ''}`;
}

/** Table of API calls and token requests per provider. */
export function costTable(countsOf: (name: ProviderName) => CallCounts): string {
  const rows = providerNames.map((name) => ({ title: providerTitles[name], ...countsOf(name) }));
  const apiCalls = rows.reduce((sum, row) => sum + row.apiCalls, 0);
  const tokenRequests = rows.reduce((sum, row) => sum + row.tokenRequests, 0);
  return [
    line('', 'API calls', 'token requests'),
    ...rows.map((row) => line(row.title, row.apiCalls, row.tokenRequests)),
    line('together', apiCalls, tokenRequests),
    '',
    `${apiCalls} API calls cost ${tokenRequests} token requests.`,
  ].join('\n');
}

function line(title: string, apiCalls: string | number, tokenRequests: string | number): string {
  return `  ${title.padEnd(titleWidth)}${String(apiCalls).padStart(12)}${String(tokenRequests).padStart(17)}`;
}
