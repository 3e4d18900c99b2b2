import type { IncomingMessage, ServerResponse } from 'node:http';
import { isFromLoopback } from './access.js';
import { filesPrefixOf, queryOf, resourceOf, type BoardResource } from './addresses.js';
import { answer, sentence, type Answer } from './answers.js';
import { BoardData, type BoardManager } from './board-data.js';
import { entryQueryOf } from './entry-page.js';
import { EventHistory } from './event-history.js';
import { EventStreams } from './event-streams.js';
import { PAGE, SCRIPT, STYLE } from './page/content.js';

export type { BoardManager } from './board-data.js';

/** A middleware of Express, Connect or Nest, on Express or Fastify. */
export type BoardMiddleware<Request extends IncomingMessage = IncomingMessage> = (
  request: Request,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** Options of {@link tokenBoard}. */
export interface TokenBoardOptions<Request extends IncomingMessage = IncomingMessage> {
  /**
   * Decides who may see the board, and takes the place of the loopback rule: a request is answered if the result is `true`. Any other
   * result, and an error, is a 403. Called for each request, and once for a stream of events.
   *
   * @defaultValue requests from this machine: a loopback address and `Host`, no header of a proxy, no page of another origin
   */
  allow?: (request: Request) => boolean | Promise<boolean>;
}

/**
 * Middleware with a live page of all providers: their state, the time of renewal, what was saved, the last error, the latest events.
 *
 * The page is where the middleware is mounted, with and without a slash at its end; its data are below, as JSON at `state` and as
 * server-sent events at `events`. The board reads and changes nothing, and shows no secret, no token and no fingerprint of one. Anything
 * else below the mount goes to `next`; a method other than GET and HEAD is a 405. Only this machine gets an answer, unless `allow` says
 * otherwise: any other request is a 403. Errors never go to `next`.
 *
 * @example
 * ```ts
 * app.use('/tokens', tokenBoard(tokens)); // Express, and Nest on Express and Fastify
 * app.use('/tokens', tokenBoard(tokens, { allow: (request) => request.session.isOperator }));
 * ```
 */
export function tokenBoard<Request extends IncomingMessage = IncomingMessage>(
  manager: BoardManager,
  { allow }: TokenBoardOptions<Request> = {},
): BoardMiddleware<Request> {
  const data = new BoardData(manager);
  const history = new EventHistory();
  const streams = new EventStreams(data, history);
  // For as long as the manager: the page shows what happened before it was opened.
  manager.onEvent((event) => history.add(event));

  const respond = (resource: BoardResource, request: IncomingMessage, response: ServerResponse): void => {
    if (resource !== 'events') answer(request, response, answerTo(resource, request, data));
    else if (data.isClosed) answer(request, response, sentence(503, 'The token manager is closed.'));
    else if (streams.isFull) answer(request, response, sentence(503, 'Too many boards are open.'));
    else streams.open(request, response);
  };

  return (request, response, next) => {
    const resource = resourceOf(request);
    if (resource === undefined) {
      next();
      return;
    }
    const enter = (isAllowed: boolean): void => {
      if (response.headersSent || response.destroyed) return;
      if (isAllowed) handle(respond, resource, request, response);
      else answer(request, response, sentence(403, allow === undefined ? LOOPBACK_ONLY : 'Forbidden.'));
    };
    if (allow === undefined) enter(isFromLoopback(request));
    else void isAllowedBy(allow, request).then(enter);
  };
}

const LOOPBACK_ONLY =
  'Forbidden. The board answers this machine alone, under a loopback name and without a proxy: see its option allow.';

async function isAllowedBy<Request>(
  allow: (request: Request) => boolean | Promise<boolean>,
  request: Request,
): Promise<boolean> {
  try {
    const verdict: unknown = await allow(request);
    // Without types, a user object or a text could come back: only `true` opens the board.
    return verdict === true;
  } catch {
    return false;
  }
}

function handle(
  respond: (resource: BoardResource, request: IncomingMessage, response: ServerResponse) => void,
  resource: BoardResource,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (request.method === 'GET' || request.method === 'HEAD') respond(resource, request, response);
  else answer(request, response, sentence(405, 'The board is read-only: use GET.', { allow: 'GET, HEAD' }));
}

function answerTo(
  resource: Exclude<BoardResource, 'events'>,
  request: IncomingMessage,
  data: BoardData,
): Answer {
  switch (resource) {
    case 'page':
      return { type: 'text/html', body: PAGE.replaceAll('{{files}}', () => filesPrefixOf(request)) };
    case 'board.css':
      return { type: 'text/css', body: STYLE };
    case 'board.js':
      return { type: 'text/javascript', body: SCRIPT };
    case 'state': {
      const query = entryQueryOf(queryOf(request));
      const found = query === undefined ? data.state() : data.entries(query);
      if (found === undefined) return sentence(404, 'No provider has this name.');
      return { type: 'application/json', body: JSON.stringify(found) };
    }
  }
}
