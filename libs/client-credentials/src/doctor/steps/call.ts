import { asObject, isObject } from '../../base/objects.js';
import { isSecureOrigin } from '../../base/secure-origin.js';
import type { ProviderConfig } from '../../config/options.js';
import { allowedOriginsOf, mayCarryToken } from '../../http/allowed-origins.js';
import { authorizeAxios } from '../../http/authorize-axios/authorize-axios.js';
import { finalUrl } from '../../http/axios/call-url.js';
import { createAxios } from '../../http/axios/own-defaults.js';
import { attachmentOf } from '../../http/source-attachment.js';
import { refusalIn } from '../../http/challenge.js';
import { redact } from '../../oauth/redact.js';
import type { AccessToken } from '../../token/access-token.js';
import type { TokenSource } from '../../token/token-source.js';
import { withoutQuery } from '../observed-requests.js';
import { stepOf, type Step } from '../step.js';
import { messageOf } from './token.js';

/** One call of the API. */
export interface ApiCall {
  /** Absolute, or relative to `api.baseURL`. */
  readonly url: string;
  readonly source: TokenSource;
  readonly token: AccessToken;
  readonly config: ProviderConfig;
  readonly timeoutMs: number;
}

const MAX_WORDS = 300;

/** Calls the API once with the token, as an authorized axios instance does. */
export async function examineCall(call: ApiCall): Promise<Step> {
  const { url: given, source, token, config, timeoutMs } = call;
  const api = config.api ?? {};
  const url = finalUrl({ url: given, baseURL: api.baseURL }, token.apiBaseURL);
  if (url === undefined)
    return stepOf(
      'call',
      'failed',
      'the address is not complete. Write an absolute URL with --call, or set api.baseURL.',
    );
  const allowed = originsOf(call);
  if (!mayCarryToken(url, allowed)) return stepOf('call', 'failed', withheld(url, allowed));
  const instance = createAxios(api);
  authorizeAxios(instance, source);
  try {
    const response = await instance.request<unknown>({
      method: 'GET',
      url: given,
      timeout: Math.min(timeoutMs, api.timeout || timeoutMs),
      // The first response is what is examined, and its body is not read.
      maxRedirects: 0,
      responseType: 'stream',
      validateStatus: null,
    });
    discard(response.data);
    return judged(response.status, asObject(response.headers), url, call);
  } catch (error) {
    const reason = redact(withCode(error), secretsOf(config, token));
    return stepOf(
      'call',
      'failed',
      `no response from ${url.host}: ${reason}. Check api.baseURL and --call, agents and proxy in api, and the network.`,
    );
  }
}

function originsOf({ source, token }: ApiCall): ReadonlySet<string> {
  const { apiBaseURL } = token;
  const allowed = allowedOriginsOf(attachmentOf(source));
  return apiBaseURL === undefined ? allowed : new Set([...allowed, new URL(apiBaseURL).origin]);
}

function withheld(url: URL, allowed: ReadonlySet<string>): string {
  if (!isSecureOrigin(url))
    return `not sent: ${url.origin} is neither https nor loopback, and gets no token. Use an https address.`;
  const list = allowed.size === 0 ? 'no origin' : `only ${[...allowed].join(', ')}`;
  return `not sent: ${url.origin} may not have the token, ${list} may. If it is the provider’s own API, add it to allowedOrigins, or set api.baseURL.`;
}

function judged(status: number, headers: Record<string, unknown>, url: URL, call: ApiCall): Step {
  const place = `GET ${withoutQuery(url.href)}`;
  const details = { url: withoutQuery(url.href), httpStatus: status };
  if (status >= 200 && status < 300) return stepOf('call', 'ok', `${place}: status ${status}`, details);
  if (status < 400) {
    const message = `${place}: status ${status}, a redirect${locationOf(headers)}, which was not followed. Name the final address.`;
    return stepOf('call', 'warning', message, details);
  }
  return stepOf('call', 'failed', `${place}: status ${status}${adviceOn(status, headers, call)}`, details);
}

function adviceOn(status: number, headers: Record<string, unknown>, { config, token }: ApiCall): string {
  const isRefusal = status === 401 || status === 403;
  const challenge = refusalIn(isRefusal ? textOf(headers['www-authenticate']) : undefined);
  const shown = (text: string | undefined): string | undefined =>
    text && redact(text, secretsOf(config, token)).slice(0, MAX_WORDS);
  const words = [shown(challenge.error), shown(challenge.description)].filter((word) => word);
  const said = words.length === 0 ? '' : `, ${words.join(', ').replace(/\.$/, '')}`;
  if (challenge.error === 'insufficient_scope') {
    const scopes = shown(challenge.scope);
    const needed = scopes === undefined ? 'a scope that it does not name' : `the scope "${scopes}"`;
    return `${said}. The API needs ${needed}; granted is "${token.scopes.join(' ')}". Ask for it with scope, and have the provider allow it for this client.`;
  }
  if (status === 401)
    return `${said}. The API refuses the token: check audience${inBrackets(config.audience)}, resource, scope, and that API and token endpoint belong to the same stage.`;
  if (status === 403)
    return `${said}. The API knows the token, but does not allow the call: check scope, and the rights of this client at the provider.`;
  if (status === 404)
    return '. The token was not refused, but nothing is there: check the path in --call, and api.baseURL.';
  if (status === 429) return '. The API has had too many calls: wait, and try again.';
  if (status >= 500) return '. The API fails: try again, or ask its operator.';
  return '. The token was not refused: the API does not take this request; name an address that answers GET.';
}

function inBrackets(audience: string | undefined): string {
  return audience === undefined ? ' (none is asked for)' : ` (asked for: ${audience})`;
}

function locationOf(headers: Record<string, unknown>): string {
  const location = textOf(headers['location']) ?? '';
  return URL.canParse(location) ? ` to ${new URL(location).origin}` : '';
}

function withCode(error: unknown): string {
  const { code } = asObject(error);
  const message = messageOf(error);
  return typeof code === 'string' && !message.includes(code) ? `${message} (${code})` : message;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function discard(body: unknown): void {
  if (isObject(body) && typeof body['destroy'] === 'function') Reflect.apply(body['destroy'], body, []);
}

/** What no output may show, whatever an API says. */
function secretsOf({ clientSecret }: ProviderConfig, { value, authorization }: AccessToken): string[] {
  const secrets = typeof clientSecret === 'function' ? [] : [clientSecret ?? []].flat();
  return [value, authorization, ...secrets];
}
