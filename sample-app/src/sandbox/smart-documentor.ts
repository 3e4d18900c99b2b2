import { randomUUID } from 'node:crypto';
import { IssuedTokens } from './issued-tokens.js';
import { isFilledString, readJsonObject } from './json-body.js';
import { LoopbackServer } from './loopback-server.js';
import type { Answer, ReceivedRequest } from './loopback-server.js';
import { createSandboxClient } from './sandbox-provider.js';
import type { SandboxOptions, SandboxProvider } from './sandbox-provider.js';
import { tokenAnswer } from './token-answers.js';
import { findFault } from './token-request-rules.js';

const TOKEN_PATH = '/connect/token';
const TASKS_PATH = '/api/v1.0/external/sdtask';
const LIFETIME_SECONDS = 3600;
/** A task is read on the second look, so that polling shows. */
const LOOKS_BEFORE_COMPLETION = 1;

/** SmartDocumentor: one host for tokens and API. */
export async function startSmartDocumentor({
  now = Date.now,
}: SandboxOptions = {}): Promise<SandboxProvider> {
  const client = createSandboxClient('body');
  const tokens = new IssuedTokens(LIFETIME_SECONDS, now);
  const counts = { tokenRequests: 0, apiCalls: 0 };
  const looksByTask = new Map<string, number>();

  function issueToken(request: ReceivedRequest): Answer {
    const fault = findFault(request, {
      client,
      credentialsIn: 'body',
      encoding: 'form',
      required: { grant_type: 'client_credentials', scope: 'WebAPI' },
    });
    // The page knows this one error, without a description, whatever is wrong. It gives no status; the server behind
    // the real one (IdentityServer) uses 400.
    if (fault !== undefined) return { status: 400, body: { error: 'invalid_client' } };
    return tokenAnswer({
      access_token: tokens.issue(),
      expires_in: LIFETIME_SECONDS,
      token_type: 'Bearer',
      scope: 'WebAPI',
    });
  }

  function process(request: ReceivedRequest): Answer {
    const body = readJsonObject(request);
    if (!isFilledString(body?.['fileName']) || !isFilledString(body['fileContent'])) {
      return { status: 400, body: { error: 'fileName and fileContent are required' } };
    }
    const taskId = randomUUID();
    looksByTask.set(taskId, 0);
    return { status: 200, body: { taskId } };
  }

  // The public pages name no route for the status of a task; this one is the plausible neighbour of `process`.
  function showTask({ pathValues }: ReceivedRequest): Answer {
    const taskId = pathValues['taskId'] ?? '';
    const looks = looksByTask.get(taskId);
    if (looks === undefined) return { status: 404, body: { error: 'no such task' } };
    looksByTask.set(taskId, looks + 1);
    if (looks < LOOKS_BEFORE_COMPLETION) return { status: 200, body: { taskId, status: 'Processing' } };
    const fields = { documentType: 'Contract', pages: 3, language: 'en' };
    return { status: 200, body: { taskId, status: 'Completed', fields } };
  }

  const server = await LoopbackServer.start({
    tokenPath: TOKEN_PATH,
    counts,
    routes: {
      [`* ${TOKEN_PATH}`]: issueToken,
      [`POST ${TASKS_PATH}/process`]: tokens.require(process),
      [`GET ${TASKS_PATH}/{taskId}/status`]: tokens.require(showTask),
    },
  });
  return {
    client,
    counts,
    tokenUrl: server.origin + TOKEN_PATH,
    apiBaseURL: server.origin,
    close: () => server.close(),
  };
}
