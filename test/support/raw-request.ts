import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';

/** A response as it came over the wire. */
export interface RawResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends a request with exactly these headers; follows no redirect. */
export function rawRequest(
  url: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: OutgoingHttpHeaders } = {},
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** A stream of server-sent events that is being read. */
export interface EventStream {
  readonly headers: IncomingHttpHeaders;
  readonly status: number;
  /** All that was received. */
  readonly text: () => string;
  /** The data of the events of this type. */
  readonly data: <T>(type: string) => T[];
  readonly isEnded: () => boolean;
  readonly close: () => void;
  readonly pause: () => void;
}

/** Opens a stream of server-sent events. */
export function openStream(url: string, headers: OutgoingHttpHeaders = {}): Promise<EventStream> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers, agent: false }, (response) => {
      let text = '';
      let isEnded = false;
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('close', () => (isEnded = true));
      response.on('error', () => undefined);
      resolve({
        headers: response.headers,
        status: response.statusCode ?? 0,
        text: () => text,
        data: <T>(type: string) =>
          [...text.matchAll(/event: (?<type>\w+)\n(?:id: .*\n)?data: (?<data>.*)\n\n/g)].flatMap(
            ({ groups }) => (groups?.['type'] === type ? [JSON.parse(groups['data'] ?? '') as T] : []),
          ),
        isEnded: () => isEnded,
        close: () => void sent.destroy(),
        pause: () => void response.pause(),
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}
