import { randomUUID } from 'node:crypto';
import { RecentMap } from '../recent-map.js';
import { IssuedTokens } from './issued-tokens.js';
import { isFilledString, readJsonObject } from './json-body.js';
import { LoopbackServer } from './loopback-server.js';
import type { Answer, Handler, ReceivedRequest } from './loopback-server.js';
import { startPresignedUploads } from './presigned-uploads.js';
import { createSandboxClient, SANDBOX_MEMORY } from './sandbox-provider.js';
import type { SandboxOptions, SandboxProvider } from './sandbox-provider.js';
import { rejectAsInRfc6749, tokenAnswer } from './token-answers.js';
import { findFault } from './token-request-rules.js';

const TOKEN_PATH = '/oauth2/sandbox/v1/token';
const READ = 'submissions.read';
const WRITE = 'submissions.write';
const SCOPE = `${READ} ${WRITE}`;
/** Shortest documented lifetime. */
const LIFETIME_SECONDS = 900;
/** Number of 404 responses after the upload, before the result. */
const POLLS_BEFORE_RESULT = 2;

/** Sandbox of Resistant Documents, whose client can lose a scope. */
export interface ResistantSandbox extends SandboxProvider {
  /** Scope that the client has not, for tokens issued before too; `undefined`: it has all. */
  withheldScope: string | undefined;
}

/** Scope that submissions need. */
export const RESISTANT_WRITE_SCOPE = WRITE;

/** Starts a sandbox of Resistant Documents: token endpoint, API and storage on three origins. */
export async function startResistantDocuments({
  now = Date.now,
  lifetimeSeconds = LIFETIME_SECONDS,
}: SandboxOptions = {}): Promise<ResistantSandbox> {
  const client = createSandboxClient('basic');
  const tokens = new IssuedTokens(lifetimeSeconds, now);
  const counts = { tokenRequests: 0, apiCalls: 0 };
  const outage = { isOn: false };
  const uploads = await startPresignedUploads(counts);
  const pollsBySubmission = new RecentMap<number>(SANDBOX_MEMORY);

  function issueToken(request: ReceivedRequest): Answer {
    const fault = findFault(request, {
      client,
      credentialsIn: 'basic',
      encoding: 'form',
      required: { grant_type: 'client_credentials', scope: SCOPE },
      accept: 'application/json',
    });
    if (fault !== undefined) return rejectAsInRfc6749(fault);
    return tokenAnswer({
      token_type: 'Bearer',
      expires_in: lifetimeSeconds,
      access_token: tokens.issue(),
      scope: SCOPE.split(' ')
        .filter((scope) => scope !== provider.withheldScope)
        .join(' '),
    });
  }

  /** Refuses a call whose scope was taken away (RFC 6750 §3.1). */
  function withScope(scope: string, handle: Handler): Handler {
    return (request) => (provider.withheldScope === scope ? refuseScope(scope) : handle(request));
  }

  function createSubmission(request: ReceivedRequest): Answer {
    const body = readJsonObject(request);
    if (!isFilledString(body?.['query_id']) || !isFilledString(body['pipeline_configuration'])) {
      return { status: 400, body: { message: 'query_id and pipeline_configuration are required' } };
    }
    const submissionId = randomUUID();
    pollsBySubmission.set(submissionId, 0);
    return { status: 200, body: { submission_id: submissionId, upload_url: uploads.presign(submissionId) } };
  }

  function showFraudResult({ pathValues }: ReceivedRequest): Answer {
    const submissionId = pathValues['id'] ?? '';
    const polls = pollsBySubmission.get(submissionId) ?? 0;
    if (!uploads.has(submissionId) || polls < POLLS_BEFORE_RESULT) {
      if (uploads.has(submissionId)) pollsBySubmission.set(submissionId, polls + 1);
      return { status: 404, body: { message: 'The result is not available (yet).' } };
    }
    return { status: 200, body: { status: 'SUCCESS', score: 'NORMAL', indicators: [] } };
  }

  const authorizationServer = await LoopbackServer.start({
    tokenPath: TOKEN_PATH,
    counts,
    outage,
    routes: { [`* ${TOKEN_PATH}`]: issueToken },
  });
  const api = await LoopbackServer.start({
    counts,
    routes: {
      'POST /v2/submission': tokens.require(withScope(WRITE, createSubmission)),
      'GET /v2/submission/{id}/fraud': tokens.require(withScope(READ, showFraudResult)),
    },
  });
  const provider: ResistantSandbox = {
    client,
    withheldScope: undefined,
    counts,
    outage,
    revokeTokens: () => tokens.revokeAll(),
    tokenUrl: authorizationServer.origin + TOKEN_PATH,
    apiBaseURL: api.origin,
    close: async () => {
      await Promise.all([authorizationServer.close(), api.close(), uploads.close()]);
    },
  };
  return provider;
}

function refuseScope(scope: string): Answer {
  return {
    status: 403,
    headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
    body: { error: 'insufficient_scope' },
  };
}
