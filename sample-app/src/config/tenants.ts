/** Tenants of the desk, each with its own Signeasy account. The first is the default. */
export const tenantNames = ['acme', 'globex'] as const;

export type TenantName = (typeof tenantNames)[number];

export function isTenantName(name: string): name is TenantName {
  return tenantNames.some((known) => known === name);
}
