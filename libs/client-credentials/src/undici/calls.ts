import type { Dispatcher } from 'undici';
import { unlessAborted } from '../base/abort.js';
import { ClientCredentialsError } from '../base/errors.js';
import { checkedRequest, DEFAULT_REQUEST, type TokenRequest } from '../config/token-request.js';
import { allowedOriginsOf } from '../http/allowed-origins.js';
import { warnOfNoOrigin } from '../http/errors.js';
import { isAuthorizationRefusal } from '../http/final-responses.js';
import { withheld } from '../http/refusal-reasons.js';
import type { Attachment } from '../token/attachment.js';
import { hasOwnToken, Origins, outboundCallOf } from './address.js';
import { Caller, ObservingHandler, PassingHandler } from './caller.js';
import { DispatchCall, type CallDeps } from './dispatch-call.js';
import { currentHandlerOf, hasBothForms } from './legacy-handler.js';
import { copyOfHeaders, hasHeader } from './request-headers.js';
import { onlyHeaderOf, sendShort } from './short-way.js';

type Options = Dispatcher.DispatchOptions & { clientCredentials?: false | TokenRequest };
type Handler = Dispatcher.DispatchHandler;

/** The requests of one dispatcher, each with or without a token. */
export class Calls {
  readonly #dispatch: Dispatcher['dispatch'];
  readonly #attachment: Attachment;
  readonly #presentsCertificate: boolean;
  readonly #origins = new Origins();
  readonly #known = new WeakMap<Attachment, CallDeps>();
  #latest: CallDeps | undefined;

  constructor(dispatch: Dispatcher['dispatch'], attachment: Attachment, presentsCertificate: boolean) {
    this.#dispatch = dispatch;
    this.#attachment = attachment;
    this.#presentsCertificate = presentsCertificate;
  }

  /** Sends a request. Returns whether the dispatcher takes more. */
  dispatch(given: Options, handler: Handler): boolean {
    return this.#short(given, handler) ?? this.#long(given, handler);
  }

  /** Sends a request the short way, if it may go there: nothing is said of its token. `undefined` if it may not. */
  #short(options: Options, handler: Handler): boolean | undefined {
    const attachment = this.#attachment;
    if (options.clientCredentials !== undefined || !hasBothForms(handler)) return undefined;
    if (!attachment.isTenantKnown || attachment.requestFor !== undefined) return undefined;
    const deps = this.#depsFor(attachment);
    const header = onlyHeaderOf(deps, options);
    const origin = this.#origins.of(options.origin);
    if (header === undefined || origin === undefined || !deps.allowed.has(origin)) return undefined;
    if (hasHeader(options.headers, header)) return undefined;
    let token;
    try {
      token = attachment.getToken(DEFAULT_REQUEST);
    } catch (error) {
      new Caller(handler).fail(error);
      return true;
    }
    const isBound = !(token instanceof Promise) && attachment.agentOf(token) !== undefined;
    if (!(token instanceof Promise) && !isBound)
      return sendShort(deps, { options, origin, handler, token, header });
    const own = { ...options, headers: copyOfHeaders(options.headers) ?? null };
    const call = new DispatchCall(deps, own, {
      origin,
      request: DEFAULT_REQUEST,
      caller: new Caller(handler),
    });
    return call.start(token instanceof Promise ? token : undefined);
  }

  #long(given: Options, handler: Handler): boolean {
    // Most requests say nothing of their token, and have no headers: they need no copy here.
    const { clientCredentials = DEFAULT_REQUEST } = given;
    const own = clientCredentials === DEFAULT_REQUEST ? given : withoutOption(given);
    const options = own.headers ? { ...own, headers: copyOfHeaders(own.headers) ?? null } : own;
    if (clientCredentials === false) return this.#dispatch(options, currentHandlerOf(handler));
    const caller = new Caller(handler);
    try {
      const request =
        clientCredentials === DEFAULT_REQUEST ? DEFAULT_REQUEST : checkedRequest(clientCredentials);
      const serving = this.#attachmentFor(request, options);
      if (!(serving instanceof Promise)) return this.#send(serving, options, request, caller);
      caller.begin();
      void unlessAborted(serving, caller.controller.signal)
        .then((found) => this.#send(found, options, request, caller))
        .catch((error: unknown) => caller.fail(error));
    } catch (error) {
      caller.fail(error);
    }
    return true;
  }

  /** The attachment of the call's tenant. Nobody needs to know the tenant of a call that has a token of its own. */
  #attachmentFor(request: TokenRequest, options: Options): Attachment | Promise<Attachment> {
    const attachment = this.#attachment;
    if (attachment.isTenantKnown) return attachment;
    const orOwn = (error: unknown): Attachment => {
      if (error instanceof ClientCredentialsError && hasOwnToken(options, attachment.placement))
        return attachment;
      throw error;
    };
    try {
      const found = attachment.forCall(request, () => outboundCallOf(options));
      return found instanceof Promise ? found.catch(orOwn) : found;
    } catch (error) {
      return orOwn(error);
    }
  }

  #send(attachment: Attachment, options: Options, given: TokenRequest, caller: Caller): boolean {
    if (hasOwnToken(options, attachment.placement)) return this.#pass(options, caller);
    const origin = this.#origins.of(options.origin);
    if (origin === undefined) {
      attachment.warnOnce('no-origin-told', withoutOrigin(attachment.provider));
      return this.#pass(options, caller);
    }
    const deps = this.#depsFor(attachment);
    const { allowed } = deps;
    if (!allowed.has(origin)) return this.#sendElsewhere(attachment, options, { origin, allowed, caller });
    const request = attachment.requestFor?.(() => outboundCallOf(options), given) ?? given;
    return new DispatchCall(deps, options, { origin, request, caller }).start();
  }

  /** Sends a request that may not have the token; warns once if it is refused. */
  #sendElsewhere(
    attachment: Attachment,
    options: Options,
    { origin, allowed, caller }: { origin: string; allowed: ReadonlySet<string>; caller: Caller },
  ): boolean {
    if (allowed.size === 0) {
      warnOfNoOrigin(attachment);
      return this.#pass(options, caller);
    }
    const handler = new ObservingHandler(caller, (status) => {
      if (isAuthorizationRefusal(status))
        attachment.warnOnce(`elsewhere ${origin}`, withheld(attachment.provider, origin, allowed));
    });
    return this.#dispatch(options, handler);
  }

  #pass(options: Options, caller: Caller): boolean {
    return this.#dispatch(options, new PassingHandler(caller));
  }

  /** What does not depend on the call. Most dispatchers have one attachment, and tenants come in turns. */
  #depsFor(attachment: Attachment): CallDeps {
    if (this.#latest?.attachment === attachment) return this.#latest;
    let deps = this.#known.get(attachment);
    if (deps === undefined) {
      const allowed = allowedOriginsOf(attachment);
      deps = {
        dispatch: this.#dispatch,
        attachment,
        allowed,
        presentsCertificate: this.#presentsCertificate,
      };
      this.#known.set(attachment, deps);
    }
    this.#latest = deps;
    return deps;
  }
}

function withoutOption({ clientCredentials: _ignored, ...options }: Options): Options {
  return options;
}

function withoutOrigin(provider: string): string {
  return `A request went without the token of "${provider}": undici does not tell its origin, since it was made by a Client or a Pool. Compose an Agent, as in new Agent().compose(authorizeDispatcher(source)), or name the origin in the options of each request.`;
}
