import type { ServerResponse } from 'node:http';
import { listen } from './listen.js';

/** What a server answers instead of its metadata. */
type MetadataFault = number | 'reset' | { body: string };

/** Serves the metadata of an issuer, wherever it is to be found. */
export interface MetadataServer extends AsyncDisposable {
  readonly url: string;
  /** Documents by their paths. */
  readonly documents: Map<string, object>;
  /** What is answered instead, one for each request. */
  readonly faults: MetadataFault[];
  /** The paths that were asked for. */
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
