import { randomUUID } from 'node:crypto';
import { RecentMap } from '../recent-map.js';
import { IssuedTokens } from './issued-tokens.js';
import type { BearerState } from './issued-tokens.js';
import { isFilledString, readJsonObject } from './json-body.js';
import { LoopbackServer } from './loopback-server.js';
import type { Answer, ReceivedRequest } from './loopback-server.js';
import { createSandboxClient, SANDBOX_MEMORY } from './sandbox-provider.js';
import type { SandboxOptions, SandboxProvider } from './sandbox-provider.js';
import { tokenAnswer } from './token-answers.js';
import { findFault } from './token-request-rules.js';

const BASE_PATH = '/v1';
const TOKEN_PATH = `${BASE_PATH}/auth/token`;
const LIFETIME_SECONDS = 3600;

/** Starts a sandbox of Fuuffy: one host, with responses wrapped in `data` or `error`. */
export async function startFuuffy({
  now = Date.now,
  lifetimeSeconds = LIFETIME_SECONDS,
}: SandboxOptions = {}): Promise<SandboxProvider> {
  const client = createSandboxClient('body');
  const tokens = new IssuedTokens(lifetimeSeconds, now, 'sk-');
  const counts = { tokenRequests: 0, apiCalls: 0 };
  const outage = { isOn: false };
  const documentByOrder = new RecentMap<string>(SANDBOX_MEMORY);

  function issueToken(request: ReceivedRequest): Answer {
    const fault = findFault(request, {
      client,
      credentialsIn: 'body',
      encoding: 'form',
      required: {},
      // The reference has no grant type, the guide has this one.
      optional: { grant_type: 'client_credentials' },
    });
    if (fault?.error === 'invalid_client') {
      return failure(401, '401021', 'invalid_client', 'Invalid client_id, client_secret, or session_key');
    }
    if (fault !== undefined) return invalidParameters();
    const token = { access_token: tokens.issue(), token_type: 'Bearer', expires_in: lifetimeSeconds };
    return tokenAnswer({ data: token });
  }

  function createOrder(request: ReceivedRequest): Answer {
    const body = readJsonObject(request);
    const document: unknown = body?.['document'];
    if (!isFilledString(document) || !isFilledString(body?.['recipient'])) return invalidParameters();
    const id = randomUUID();
    documentByOrder.set(id, document);
    return { status: 201, body: { data: { id, status: 'accepted' } } };
  }

  function showOrder({ query }: ReceivedRequest): Answer {
    const id = query.get('id') ?? '';
    const document = documentByOrder.get(id);
    if (document === undefined) return { status: 404, body: { error: 'Resource or endpoint not found.' } };
    return { status: 200, body: { data: { id, status: 'shipped', document } } };
  }

  const server = await LoopbackServer.start({
    tokenPath: TOKEN_PATH,
    counts,
    outage,
    routes: {
      [`* ${TOKEN_PATH}`]: issueToken,
      [`POST ${BASE_PATH}/orders`]: tokens.require(createOrder, refuse),
      [`GET ${BASE_PATH}/order`]: tokens.require(showOrder, refuse),
    },
  });
  return {
    client,
    counts,
    outage,
    revokeTokens: () => tokens.revokeAll(),
    tokenUrl: server.origin + TOKEN_PATH,
    apiBaseURL: server.origin + BASE_PATH,
    close: () => server.close(),
  };
}

function invalidParameters(): Answer {
  return failure(400, '400013', 'invalid_request', 'Missing or invalid parameters');
}

function failure(status: number, code: string, reason: string, message: string): Answer {
  return { status, body: { error: { code, code_reason: reason, message } } };
}

/** Error response of the API, which differs from that of the token endpoint. */
function refuse(state: BearerState): Answer {
  const message =
    state === 'expired' ? 'The access token expired' : 'The access token is missing or not valid';
  return { status: 401, body: { error: { code: 'invalid_token', message, details: {} } } };
}
