import axios from 'axios';
import type { TokenClient } from 'nestjs-client-credentials';

/** An ES module whose @nestjs/axios is CommonJS: each has axios's types of its own kind, and both know what the library adds. */
export async function callsOfBothKinds(client: TokenClient): Promise<void> {
  client.get('/invoices', { clientCredentials: { scope: 'invoices.read' } });
  await axios.get('/public', { clientCredentials: false });
}
