/** The five providers, by the names under which their clients are injected. */
export const providerNames = ['resistant', 'smartDocumentor', 'signeasy', 'fuuffy', 'fyma'] as const;

export type ProviderName = (typeof providerNames)[number];

/** What the providers call themselves. */
export const providerTitles: Record<ProviderName, string> = {
  resistant: 'Resistant Documents',
  smartDocumentor: 'SmartDocumentor',
  signeasy: 'Signeasy',
  fuuffy: 'Fuuffy',
  fyma: 'Fyma',
};
