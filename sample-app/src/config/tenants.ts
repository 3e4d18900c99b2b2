/** Who has documents signed here, each with an account of its own at Signeasy. The desk belongs to the first. */
export const tenantNames = ['acme', 'globex'] as const;

export type TenantName = (typeof tenantNames)[number];

export function isTenantName(name: string): name is TenantName {
  return tenantNames.some((known) => known === name);
}
