import { randomUUID } from 'node:crypto';
import { RecentMap } from '../recent-map.js';
import { IssuedTokens } from './issued-tokens.js';
import { isFilledString, readJsonObject } from './json-body.js';
import { LoopbackServer } from './loopback-server.js';
import type { Answer, ReceivedRequest } from './loopback-server.js';
import { createSandboxClient, SANDBOX_MEMORY } from './sandbox-provider.js';
import type { SandboxOptions, SandboxProvider } from './sandbox-provider.js';
import { tokenAnswer } from './token-answers.js';
import { findFault } from './token-request-rules.js';

const TOKEN_PATH = '/connect/token';
const TASKS_PATH = '/api/v1.0/external/sdtask';
const LIFETIME_SECONDS = 3600;
/** Number of polls before a task is completed. */
const POLLS_BEFORE_COMPLETION = 1;

/** Starts a sandbox of SmartDocumentor: one host for token endpoint and API. */
export async function startSmartDocumentor({
  now = Date.now,
  lifetimeSeconds = LIFETIME_SECONDS,
}: SandboxOptions = {}): Promise<SandboxProvider> {
  const client = createSandboxClient('body');
  const tokens = new IssuedTokens(lifetimeSeconds, now);
  const counts = { tokenRequests: 0, apiCalls: 0 };
  const outage = { isOn: false };
  const pollsByTask = new RecentMap<number>(SANDBOX_MEMORY);

  function issueToken(request: ReceivedRequest): Answer {
    const fault = findFault(request, {
      client,
      credentialsIn: 'body',
      encoding: 'form',
      required: { grant_type: 'client_credentials', scope: 'WebAPI' },
    });
    // The documentation has this one error for every fault, without a status; IdentityServer, the real server, uses 400.
    if (fault !== undefined) return { status: 400, body: { error: 'invalid_client' } };
    return tokenAnswer({
      access_token: tokens.issue(),
      expires_in: lifetimeSeconds,
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
    pollsByTask.set(taskId, 0);
    return { status: 200, body: { taskId } };
  }

  // The route is assumed: the public documentation does not name it.
  function showTask({ pathValues }: ReceivedRequest): Answer {
    const taskId = pathValues['taskId'] ?? '';
    const polls = pollsByTask.get(taskId);
    if (polls === undefined) return { status: 404, body: { error: 'no such task' } };
    pollsByTask.set(taskId, polls + 1);
    if (polls < POLLS_BEFORE_COMPLETION) return { status: 200, body: { taskId, status: 'Processing' } };
    const fields = { documentType: 'Contract', pages: 3, language: 'en' };
    return { status: 200, body: { taskId, status: 'Completed', fields } };
  }

  const server = await LoopbackServer.start({
    tokenPath: TOKEN_PATH,
    counts,
    outage,
    routes: {
      [`* ${TOKEN_PATH}`]: issueToken,
      [`POST ${TASKS_PATH}/process`]: tokens.require(process),
      [`GET ${TASKS_PATH}/{taskId}/status`]: tokens.require(showTask),
    },
  });
  return {
    client,
    counts,
    outage,
    revokeTokens: () => tokens.revokeAll(),
    tokenUrl: server.origin + TOKEN_PATH,
    apiBaseURL: server.origin,
    close: () => server.close(),
  };
}
