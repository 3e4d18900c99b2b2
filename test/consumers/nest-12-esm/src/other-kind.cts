import type { TokenClient } from 'nestjs-client-credentials' with { 'resolution-mode': 'require' };
import type { AxiosInstance } from 'axios' with { 'resolution-mode': 'require' };

/** CommonJS whose @nestjs/axios is an ES module: each has axios's types of its own kind, and both know what the library adds. */
export async function callsOfBothKinds(client: TokenClient, http: AxiosInstance): Promise<void> {
  client.get('/invoices', { clientCredentials: { scope: 'invoices.read' } });
  await http.get('/public', { clientCredentials: false });
}
