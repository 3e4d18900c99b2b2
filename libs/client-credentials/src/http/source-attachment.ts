import { ClientCredentialsError, invalidConfiguration } from '../base/errors.js';
import { isObject } from '../base/objects.js';
import { originProblems } from '../config/rules.js';
import { attachmentIn, type Attachment, type CallToken, type RefusalOutcome } from '../token/attachment.js';
import type { BearerSource, TokenSource } from '../token/token-source.js';

/** What attaching a source's tokens depends on beside the source. */
export interface AuthorizeOptions {
  /**
   * The origins that the token may be sent to: https, or http on loopback. The list takes the place of the source's own.
   *
   * @defaultValue the provider's `allowedOrigins`, else the origin of `api.baseURL` and of the instance's `baseURL`
   */
  allowedOrigins?: readonly string[];
}

/**
 * The attachment of a source: its own, or one made from `getToken` and `invalidate`.
 *
 * @throws `ClientCredentialsError` `invalid_configuration` if the source has no `getToken`, or an origin is none
 */
export function attachmentOf(
  source: TokenSource | BearerSource,
  { allowedOrigins }: AuthorizeOptions = {},
): Attachment {
  if (!isObject(source) || typeof source.getToken !== 'function') {
    throw invalidConfiguration([
      'source: must be a token source, such as tokens.source(name), or an object with getToken()',
    ]);
  }
  const attachment = attachmentIn(source) ?? bearerAttachment(source);
  return allowedOrigins === undefined ? attachment : withOrigins(attachment, originsOf(allowedOrigins));
}

function originsOf(allowedOrigins: readonly string[]): readonly string[] {
  const problems = Array.isArray(allowedOrigins)
    ? allowedOrigins.flatMap((origin, index) =>
        originProblems(`allowedOrigins.${index}`, origin, { mustBeSecure: true }),
      )
    : [['allowedOrigins', 'must be a list of origins'] as const];
  if (problems.length > 0) throw invalidConfiguration(problems.map((problem) => problem.join(': ')));
  return allowedOrigins.map((origin) => new URL(origin).origin);
}

/** The same attachment with other origins, also for each tenant. */
function withOrigins(attachment: Attachment, allowedOrigins: readonly string[]): Attachment {
  const known = new WeakMap<Attachment, Attachment>();
  const replaced = (own: Attachment): Attachment => {
    const result = known.get(own) ?? { ...own, allowedOrigins, forCall };
    known.set(own, result);
    return result;
  };
  const forCall: Attachment['forCall'] = (request, call) => {
    const found = attachment.forCall(request, call);
    return found instanceof Promise ? found.then(replaced) : replaced(found);
  };
  return replaced(attachment);
}

function bearerAttachment(source: BearerSource | TokenSource): Attachment {
  const provider = typeof source.provider === 'string' ? source.provider : 'a custom token source';
  const attachment: Attachment = {
    provider,
    isTenantKnown: true,
    placement: { header: 'Authorization' },
    headers: {},
    allowedOrigins: undefined,
    defaults: {},
    isBaseNamedByToken: false,
    readsBody: false,
    isHeaderOnly: true,
    proofSigner: undefined,
    isRefusal: ({ status }) => status === 401,
    requestFor: undefined,
    acceptedToken: undefined,
    agentOf: () => undefined,
    warnOnce: warnOncePerTopic(),
    forCall: () => attachment,
    getToken: async (request, signal) =>
      checked(
        await source.getToken(signal === undefined ? request : Object.assign({}, request, { signal })),
        provider,
      ),
    refuse: async (token): Promise<RefusalOutcome> => {
      if (source.invalidate === undefined) return 'final';
      await Reflect.apply(source.invalidate, source, [token]);
      return 'another';
    },
    noteAccepted: () => undefined,
    noteInsufficientScope: () => undefined,
    noteReplay: () => undefined,
  };
  return attachment;
}

function checked(token: CallToken | undefined, provider: string): CallToken {
  const isToken = isObject(token) && [token.value, token.authorization].every(isFilledText);
  if (isToken) return token;
  throw new ClientCredentialsError(
    `getToken() of "${provider}" gave something else than a token. Have it resolve with { value, authorization }, both of them texts.`,
    { code: 'invalid_token_response', provider },
  );
}

function isFilledText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function warnOncePerTopic(): Attachment['warnOnce'] {
  const warned = new Set<string>();
  return (topic, message) => {
    if (warned.has(topic)) return;
    warned.add(topic);
    process.emitWarning(message, 'ClientCredentialsWarning');
  };
}
