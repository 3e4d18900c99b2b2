import type { IncomingMessage } from 'node:http';
import { BadRequestException } from '@nestjs/common';
import { isTenantName, tenantNames } from '../config/tenants.js';
import type { TenantName } from '../config/tenants.js';

/**
 * Whom a request is from: `x-tenant-id` says so, and nobody checks it here. A real application takes it from what the
 * caller has proved, a session or a verified token. Who says nothing is at home at the desk.
 */
export function tenantOfRequest({ headers }: IncomingMessage): TenantName {
  const name = headers['x-tenant-id'] ?? tenantNames[0];
  if (typeof name === 'string' && isTenantName(name)) return name;
  throw new BadRequestException(`There is no such tenant. Send x-tenant-id: ${tenantNames.join(' or ')}.`);
}
