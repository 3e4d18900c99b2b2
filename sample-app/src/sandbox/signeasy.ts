import { randomUUID } from 'node:crypto';
import { IssuedTokens } from './issued-tokens.js';
import { isFilledString, readJsonObject } from './json-body.js';
import { LoopbackServer } from './loopback-server.js';
import type { Answer, ReceivedRequest } from './loopback-server.js';
import { createSandboxClient } from './sandbox-provider.js';
import type { SandboxClient, SandboxOptions, SandboxProvider } from './sandbox-provider.js';
import { tenantNames, type TenantName } from '../config/tenants.js';
import { rejectAsInRfc6749, tokenAnswer } from './token-answers.js';
import { findFault } from './token-request-rules.js';

const TOKEN_PATH = '/oauth/token';
const BASE_PATH = '/v3';
const LIFETIME_SECONDS = 2_592_000;
/** Identifier, not a URL to call; its trailing slash is required, and the API has another host. */
const AUDIENCE = 'https://api-ext.signeasy.com/';

/** Sandbox of Signeasy with one client per tenant; `client` is the first tenant's. */
export interface SigneasySandbox extends SandboxProvider {
  tenants: Record<TenantName, SandboxClient>;
}

/** Starts a sandbox of Signeasy: token endpoint and API on two hosts. */
export async function startSigneasy({
  now = Date.now,
  lifetimeSeconds = LIFETIME_SECONDS,
}: SandboxOptions = {}): Promise<SigneasySandbox> {
  const tenants = { acme: createSandboxClient('body'), globex: createSandboxClient('body') };
  const tokens = new IssuedTokens(lifetimeSeconds, now);
  const counts = { tokenRequests: 0, apiCalls: 0 };
  const outage = { isOn: false };

  function issueToken(request: ReceivedRequest): Answer {
    const clientId = readJsonObject(request)?.['client_id'];
    const tenant = tenantNames.find((name) => tenants[name].clientId === clientId) ?? 'acme';
    const fault = findFault(request, {
      client: tenants[tenant],
      credentialsIn: 'body',
      encoding: 'json',
      required: { grant_type: 'client_credentials', audience: AUDIENCE },
    });
    if (fault !== undefined) return rejectAsInRfc6749(fault);
    return tokenAnswer({
      access_token: tokens.issue(tenant),
      scope: 'rs:read rs:update',
      expires_in: lifetimeSeconds,
      token_type: 'Bearer',
    });
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
      [`GET ${BASE_PATH}/me`]: tokens.require((request) => ({
        status: 200,
        body: {
          id: 1,
          first_name: 'Document',
          last_name: 'Desk',
          email: `desk@${tokens.holderOf(request)}.example`,
        },
      })),
      [`POST ${BASE_PATH}/rs/envelope`]: tokens.require(sendEnvelope),
    },
  });
  return {
    client: tenants.acme,
    tenants,
    counts,
    outage,
    revokeTokens: () => tokens.revokeAll(),
    tokenUrl: authorizationServer.origin + TOKEN_PATH,
    apiBaseURL: api.origin + BASE_PATH,
    close: async () => {
      await Promise.all([authorizationServer.close(), api.close()]);
    },
  };
}

// The path is assumed: the public documentation does not name it.
function sendEnvelope(request: ReceivedRequest): Answer {
  const body = readJsonObject(request);
  const recipients: unknown = body?.['recipients'];
  if (!isFilledString(body?.['name']) || !Array.isArray(recipients) || recipients.length === 0) {
    return { status: 400, body: { error: 'name and recipients are required' } };
  }
  return { status: 201, body: { id: randomUUID(), status: 'sent' } };
}
