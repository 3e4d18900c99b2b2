/** The five providers by the names of their injected clients. */
export const providerNames = ['resistant', 'smartDocumentor', 'signeasy', 'fuuffy', 'fyma'] as const;

export type ProviderName = (typeof providerNames)[number];

/** Display names of the providers. */
export const providerTitles: Record<ProviderName, string> = {
  resistant: 'Resistant Documents',
  smartDocumentor: 'SmartDocumentor',
  signeasy: 'Signeasy',
  fuuffy: 'Fuuffy',
  fyma: 'Fyma',
};
