import type { IncomingMessage } from 'node:http';
import { BadRequestException } from '@nestjs/common';
import { isTenantName, tenantNames } from '../config/tenants.js';
import type { TenantName } from '../config/tenants.js';

/**
 * Tenant of a request, from the unverified header `x-tenant-id`; the first tenant if the header is missing.
 *
 * A real application reads the tenant from a session or a verified token.
 */
export function tenantOfRequest({ headers }: IncomingMessage): TenantName {
  const name = headers['x-tenant-id'] ?? tenantNames[0];
  if (typeof name === 'string' && isTenantName(name)) return name;
  throw new BadRequestException(`The tenant is unknown. Send x-tenant-id: ${tenantNames.join(' or ')}.`);
}
