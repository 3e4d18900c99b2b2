import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers a call; `count` is the number of calls so far, this one included. */
export type ApiFault = (request: IncomingMessage, response: ServerResponse, count: number) => void;

const answer =
  (status: number, headers: Record<string, string> = {}): ApiFault =>
  (request, response) => {
    request.resume();
    request.on('end', () => void response.writeHead(status, headers).end('{}'));
  };
const once =
  (fault: ApiFault): ApiFault =>
  (request, response, count) =>
    (count === 1 ? fault : answer(200))(request, response, count);
const early =
  (status: number): ApiFault =>
  (_, response) =>
    void response.writeHead(status, { connection: 'close' }).end('{}');
const reset: ApiFault = ({ socket }) => void socket.resetAndDestroy();
const scopeMissing = { 'www-authenticate': 'Bearer error="insufficient_scope", scope="invoices.write"' };
const moved =
  (status: number, origin = ''): ApiFault =>
  (request, response, count) =>
    (count === 1 ? answer(status, { location: `${origin}/moved` }) : answer(200))(request, response, count);

/** All faults of the matrix, by the names that they have there. `elsewhere` is another origin, which answers 200. */
export const API_FAULTS: Record<string, (elsewhere: string) => ApiFault> = {
  'status 401 once': () => once(answer(401)),
  'status 401 always': () => answer(401),
  'status 401 once, before the body was read': () => once(early(401)),
  'status 401 insufficient_scope': () => answer(401, scopeMissing),
  'status 403': () => answer(403),
  'status 403 insufficient_scope': () => answer(403, scopeMissing),
  'status 413, before the body was read': () => early(413),
  'status 429': () => answer(429, { 'retry-after': '60' }),
  'status 500': () => answer(500),
  'status 503': () => answer(503),
  'connection reset': () => reset,
  'no answer': () => () => undefined,
  'status 401 once, then the connection is reset': () => (request, response, count) =>
    (count === 1 ? answer(401) : reset)(request, response, count),
  'status 401 once, then 500': () => (request, response, count) =>
    (count === 1 ? answer(401) : answer(500))(request, response, count),
  'status 302 to the same origin': () => moved(302),
  'status 307 to the same origin': () => moved(307),
  'status 302 to another origin': (elsewhere) => moved(302, elsewhere),
  'status 307 to another origin': (elsewhere) => moved(307, elsewhere),
};
