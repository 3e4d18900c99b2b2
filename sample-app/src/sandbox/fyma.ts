import { IssuedTokens } from './issued-tokens.js';
import { LoopbackServer } from './loopback-server.js';
import type { Answer, ReceivedRequest } from './loopback-server.js';
import { createSandboxClient } from './sandbox-provider.js';
import type { SandboxOptions, SandboxProvider } from './sandbox-provider.js';
import { rejectAsInRfc6749, tokenAnswer } from './token-answers.js';
import { findFault } from './token-request-rules.js';

const TOKEN_PATH = '/oauth/token';
const LIFETIME_SECONDS = 86_400;
const AUDIENCE = 'https://api.fyma.ai';
const DAY_MS = 86_400_000;
/** Assumed limit: Fyma documents a daily limit without its value. */
export const FYMA_TOKENS_PER_DAY = 20;

/** Starts a sandbox of Fyma: token endpoint and API on two hosts, with a daily limit of tokens. */
export async function startFyma({
  now = Date.now,
  lifetimeSeconds = LIFETIME_SECONDS,
}: SandboxOptions = {}): Promise<SandboxProvider> {
  const client = createSandboxClient('body');
  const tokens = new IssuedTokens(lifetimeSeconds, now);
  const counts = { tokenRequests: 0, apiCalls: 0 };
  const outage = { isOn: false };
  let day = 0;
  let issuedThatDay = 0;
  // Tokens that live shorter are renewed more often.
  const tokensPerDay = Math.ceil((FYMA_TOKENS_PER_DAY * LIFETIME_SECONDS) / lifetimeSeconds);

  function issueToken(request: ReceivedRequest): Answer {
    const fault = findFault(request, {
      client,
      credentialsIn: 'body',
      encoding: 'json',
      required: { grant_type: 'client_credentials', audience: AUDIENCE },
    });
    if (fault !== undefined) return rejectAsInRfc6749(fault);

    const today = Math.floor(now() / DAY_MS);
    if (today !== day) [day, issuedThatDay] = [today, 0];
    if (issuedThatDay >= tokensPerDay) return limitReached((today + 1) * DAY_MS - now());
    issuedThatDay += 1;
    return tokenAnswer({ access_token: tokens.issue(), token_type: 'Bearer', expires_in: lifetimeSeconds });
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
      'GET /tracking-cameras': tokens.require(() => ({
        status: 200,
        body: [
          { id: 'cam-1', name: 'Front desk' },
          { id: 'cam-2', name: 'Mail room' },
        ],
      })),
    },
  });
  return {
    client,
    counts,
    outage,
    revokeTokens: () => tokens.revokeAll(),
    tokenUrl: authorizationServer.origin + TOKEN_PATH,
    apiBaseURL: api.origin,
    close: async () => {
      await Promise.all([authorizationServer.close(), api.close()]);
    },
  };
}

function limitReached(remainingMs: number): Answer {
  return {
    status: 429,
    headers: { 'retry-after': String(Math.ceil(remainingMs / 1000)) },
    body: { error: 'too_many_requests', error_description: 'The daily limit of access tokens is reached.' },
  };
}
