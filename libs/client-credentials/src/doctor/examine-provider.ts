import { ClientCredentialsError } from '../base/errors.js';
import { authenticationMethodOf } from '../config/authentication-method.js';
import type { ProviderConfig } from '../config/options.js';
import { resolveProvider } from '../config/resolve.js';
import { TokenManager } from '../manager/token-manager.js';
import { inputFailed } from '../oauth/errors.js';
import { CertificateSource } from '../oauth/client-auth/certificate.js';
import type { AccessToken } from '../token/access-token.js';
import type { TokenSource } from '../token/token-source.js';
import { askedOnce } from './asked-once.js';
import type { Candidate } from './candidate.js';
import { wordsOf } from './environment.js';
import { clientConfigOf, type ClientConfig } from './client-config.js';
import { ObservedRequests } from './observed-requests.js';
import { routeOf, type Route } from './route.js';
import { stepOf, type Step } from './step.js';
import { examineCall } from './steps/call.js';
import { clockStep } from './steps/clock.js';
import { discoveryStep } from './steps/discovery.js';
import { examineHost, type Target } from './steps/host.js';
import { examineTls } from './steps/tls.js';
import { codesOf, issuedStep, messageOf, refusedStep } from './steps/token.js';

const DEFAULT_TIMEOUT_MS = 10_000;

/** What is done beside the steps of each provider. */
export interface ExaminationOptions {
  readonly tenant: string | undefined;
  /** Address of an API call. */
  readonly call: string | undefined;
  readonly timeoutMs: number | undefined;
}

/** Examines a provider, step by step; ends with the step after which no other can succeed. */
export async function* examineProvider(
  candidate: Candidate,
  options: ExaminationOptions,
): AsyncGenerator<Step, void> {
  let client: ClientConfig | 'tenant missing';
  try {
    client = await clientConfigOf(candidate, options.tenant);
  } catch (error) {
    yield failedConfiguration(error, candidate.hint);
    return;
  }
  if (client === 'tenant missing') {
    const message = 'not examined: the provider has tenants. Name one with --tenant.';
    yield stepOf('configuration', 'warning', message);
    return;
  }
  try {
    yield* examineClient(client, options);
  } catch (error) {
    yield failedConfiguration(error);
  }
}

function failedConfiguration(error: unknown, hint?: string): Step {
  // What the application's own function threw: nobody else shows it here.
  const isOfTenants = error instanceof ClientCredentialsError && error.code === 'tenant_unavailable';
  const cause = isOfTenants ? ` ${wordsOf(error.cause)}` : '';
  return stepOf(
    'configuration',
    'failed',
    `${messageOf(error)}${cause}${hint === undefined ? '' : `. ${hint}`}`,
    codesOf(error),
  );
}

async function* examineClient(client: ClientConfig, options: ExaminationOptions): AsyncGenerator<Step, void> {
  const { name, config, tenant } = client;
  const { call, timeoutMs = config.tokenRequest?.timeoutMs ?? DEFAULT_TIMEOUT_MS } = options;
  const observed = new ObservedRequests(config.tokenRequest?.axios?.adapter, () => Date.now());
  const once = askedOnce(config, { adapter: observed.adapter, timeoutMs: options.timeoutMs });
  const warnings: string[] = [];
  const shared = tenant === undefined ? once : { ...once, tenants: () => ({}) };
  const tokens = new TokenManager({ providers: { [name]: shared } }, (warning) => warnings.push(warning));
  const option = config.tokenUrl === undefined ? 'issuer' : 'tokenUrl';
  const target: Target = { url: new URL(config[option] ?? ''), option, timeoutMs };
  try {
    const route = await routeOfClient(client, target);
    yield configurationStep(config, warnings);
    let isReached = true;
    for await (const step of examineConnection(target, route, config)) {
      yield step;
      isReached &&= step.status !== 'failed';
    }
    if (!isReached) return;
    const own = tokens.source(name);
    const source = tenant === undefined ? own : own.forTenant(tenant);
    const token = yield* examineToken(source, config, observed);
    if (token !== undefined && call !== undefined)
      yield await examineCall({ url: call, source, token, config, timeoutMs });
  } finally {
    await tokens.close();
  }
}

function configurationStep(config: ProviderConfig, warnings: readonly string[]): Step {
  const method = authenticationMethodOf(config);
  if (warnings.length > 0) return stepOf('configuration', 'warning', warnings.join(' '));
  const by = typeof method === 'string' ? method : 'a function as clientAuthentication';
  return stepOf(
    'configuration',
    'ok',
    `client authentication by ${by}${config.dpop === undefined ? '' : ', DPoP'}`,
  );
}

/** How the server is connected to. Throws if the client certificate cannot be read. */
async function routeOfClient({ name, config, tenant }: ClientConfig, { url }: Target): Promise<Route> {
  const { certificate, tokenRequest } = config;
  try {
    const presented = certificate && (await new CertificateSource(certificate).read());
    return routeOf(url, tokenRequest?.axios ?? {}, presented?.agent);
  } catch (error) {
    throw inputFailed('The certificate', error, {
      provider: resolveProvider(name, config, tenant),
      secrets: [],
    });
  }
}

/** Connects to the server once, as the token request will. */
async function* examineConnection(
  target: Target,
  route: Route,
  config: ProviderConfig,
): AsyncGenerator<Step, void> {
  const { step, socket } = await examineHost(target, route);
  try {
    yield step;
    if (step.status === 'failed' || target.url.protocol !== 'https:') return;
    yield await examineTls(target, route, { socket, config });
  } finally {
    socket?.destroy();
  }
}

async function* examineToken(
  source: TokenSource,
  config: ProviderConfig,
  observed: ObservedRequests,
): AsyncGenerator<Step, AccessToken | undefined> {
  const startedAt = performance.now();
  let token: AccessToken | undefined;
  let failure: unknown;
  try {
    token = await source.getToken();
  } catch (error) {
    failure = error;
  }
  const discovery = discoveryStep(config, observed.requests, failure);
  if (discovery !== undefined) yield discovery;
  if (discovery?.status !== 'failed') {
    const durationMs = observed.requests.at(-1)?.durationMs ?? performance.now() - startedAt;
    yield token === undefined ? refusedStep(failure, config) : issuedStep(token, config, durationMs);
  }
  const difference = observed.requests.findLast(
    ({ clockDifferenceMs }) => clockDifferenceMs !== undefined,
  )?.clockDifferenceMs;
  if (difference !== undefined) yield clockStep(difference, config);
  return token;
}
