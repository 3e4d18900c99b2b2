import { withoutUndefined } from '../base/objects.js';
import { authenticationMethodOf } from './authentication-method.js';
import type {
  AuthorizationDialect,
  Dialect,
  JsonValue,
  ResponseDialect,
  StandardParameter,
} from './dialect.js';
import { JWT_BEARER_GRANT_TYPE, type JwtBearerGrant } from './grant.js';
import type { ProviderConfig } from './options.js';

type Filled<T, Optional extends keyof T> = Required<Omit<T, Optional>> & Pick<T, Optional>;

/** A dialect with its defaults filled in. */
export interface ResolvedDialect extends Filled<
  Dialect,
  'parameterNames' | 'response' | 'authorization' | 'headers' | 'apiHeaders'
> {
  readonly headers: Record<string, string>;
  readonly apiHeaders: Record<string, string>;
  readonly response: Filled<
    ResponseDialect,
    'accessTokenHeader' | 'apiBaseURL' | 'error' | 'errorDescription' | 'isError'
  >;
  readonly authorization: Filled<AuthorizationDialect, 'query' | 'format'>;
  /** The names that the standard parameters are sent under; `null` where one is not sent. */
  readonly names: Readonly<Record<StandardParameter, string | null>>;
}

/** A provider's configuration with its defaults filled in. */
export interface Provider {
  readonly name: string;
  readonly tenant: string | undefined;
  readonly config: ProviderConfig;
  readonly dialect: ResolvedDialect;
  readonly identity: ClientIdentity;
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly defaultLifetimeMs: number;
  readonly maxLifetimeMs: number;
  readonly cooldownMs: number;
  readonly lockMs: number;
}

const LOCK_MARGIN_MS = 1_000;
const DAY_SECONDS = 86_400;

/** Fills in the defaults of a validated configuration. */
export function resolveProvider(name: string, config: ProviderConfig, tenant?: string): Provider {
  const { lifetime, tokenRequest, reacquire } = config;
  const method = authenticationMethodOf(config);
  const timeoutMs = tokenRequest?.timeoutMs ?? 10_000;
  const dialect = resolveDialect(
    config.dialect,
    config.grant === undefined ? 'client_credentials' : JWT_BEARER_GRANT_TYPE,
  );
  return {
    name,
    tenant,
    config,
    dialect,
    identity: {
      provider: name,
      tenant,
      server: config.tokenUrl ?? `issuer ${config.issuer}`,
      clientId: config.clientId,
      clientAuthentication: nameOf(method),
      grantType: dialect.grantType,
      ...(config.grant !== undefined && { grant: grantIdentityOf(config.grant) }),
    },
    timeoutMs,
    // Longer than any token request, so that no two processes make one at the same time.
    lockMs: timeoutMs + LOCK_MARGIN_MS,
    attempts: tokenRequest?.attempts ?? 3,
    defaultLifetimeMs: (lifetime?.defaultSeconds ?? 3600) * 1000,
    maxLifetimeMs: (lifetime?.maxSeconds ?? 31 * DAY_SECONDS) * 1000,
    cooldownMs: (reacquire?.cooldownSeconds ?? 30) * 1000,
  };
}

function nameOf(method: ReturnType<typeof authenticationMethodOf>): string {
  if (method === undefined) return '';
  return typeof method === 'string' ? method : 'custom';
}

/** What the assertion of a grant says. Claims by a function follow from the request. */
function grantIdentityOf({ issuer, subject, audience, claims, header }: JwtBearerGrant): JsonValue {
  const fixed = typeof claims === 'function' ? null : (claims ?? null);
  return [issuer ?? null, subject ?? null, audience ?? null, fixed, header ?? null];
}

function resolveDialect(dialect: Dialect = {}, defaultGrantType: string): ResolvedDialect {
  const method = dialect.method ?? 'POST';
  return {
    method,
    requestEncoding: dialect.requestEncoding ?? (method === 'GET' ? 'query' : 'form'),
    grantType: dialect.grantType === undefined ? defaultGrantType : dialect.grantType,
    scopeSeparator: dialect.scopeSeparator ?? ' ',
    basicCredentials: dialect.basicCredentials ?? 'form-encoded',
    basicScheme: dialect.basicScheme ?? 'Basic',
    headers: dialect.headers ?? {},
    apiHeaders: dialect.apiHeaders ?? {},
    names: {
      grant_type: 'grant_type',
      client_id: 'client_id',
      client_secret: 'client_secret',
      scope: 'scope',
      audience: 'audience',
      resource: 'resource',
      ...withoutUndefined(dialect.parameterNames ?? {}),
    },
    response: {
      accessToken: 'access_token',
      expiresIn: 'expires_in',
      expiresUnit: 'seconds',
      tokenType: 'token_type',
      scope: 'scope',
      ...dialect.response,
    },
    authorization: { header: 'Authorization', scheme: 'Bearer', ...dialect.authorization },
  };
}

/** The values that identify a client at its token endpoint. */
export interface ClientIdentity {
  readonly provider: string;
  readonly tenant: string | undefined;
  /** The token endpoint, or the issuer whose metadata names the endpoint. */
  readonly server: string;
  readonly clientId: string;
  readonly clientAuthentication: string;
  readonly grantType: string | null;
  /** What the assertion of a grant says; absent without `grant`. */
  readonly grant?: JsonValue;
}
