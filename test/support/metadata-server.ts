import type { ServerResponse } from 'node:http';
import { listen } from './listen.js';

/** A response instead of metadata: a status, a connection reset or a body. */
type MetadataFault = number | 'reset' | { body: string };

/** Serves metadata documents of an issuer by path. */
export interface MetadataServer extends AsyncDisposable {
  readonly url: string;
  /** Documents by path. */
  readonly documents: Map<string, object>;
  /** Faults of the next requests, one per request. */
  readonly faults: MetadataFault[];
  /** Paths of all requests. */
  readonly lookups: string[];
}

export async function startMetadataServer(): Promise<MetadataServer> {
  const documents = new Map<string, object>();
  const faults: MetadataFault[] = [];
  const lookups: string[] = [];
  const { url, close } = await listen(({ url: path = '', socket }, response) => {
    lookups.push(path);
    const fault = faults.shift();
    if (fault === 'reset') return void socket.resetAndDestroy();
    if (typeof fault === 'number') return void response.writeHead(fault).end();
    if (fault !== undefined) return void response.writeHead(200).end(fault.body);
    return answer(response, documents.get(path));
  });
  return { url, documents, faults, lookups, [Symbol.asyncDispose]: close };
}

function answer(response: ServerResponse, document: object | undefined): void {
  response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(document && JSON.stringify(document));
}
