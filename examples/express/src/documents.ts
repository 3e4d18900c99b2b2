import { setTimeout as pause } from 'node:timers/promises';
import type { AxiosInstance } from 'axios';

/** Calls the API without naming a tenant: the call uses the tenant of the current request. */
export async function documentsOf(api: AxiosInstance): Promise<unknown> {
  await pause(5); // Other requests are handled during the pause.
  const { data } = await api.get<unknown>('/documents');
  return data;
}
